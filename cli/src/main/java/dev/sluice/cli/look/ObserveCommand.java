package dev.sluice.cli.look;

import dev.sluice.cli.DataOption;
import dev.sluice.flows.hubble.FlowPrinter;
import dev.sluice.flows.hubble.FlowPrinter.Format;
import dev.sluice.schemas.Flow;
import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.topic.TopicReader;
import dev.sluice.schemas.topic.Topics;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.function.Predicate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sluice observe}: flows from the topic, with hubble's flags and output forms. */
@Command(
    name = "observe",
    mixinStandardHelpOptions = true,
    sortOptions = false,
    modelTransformer = ObserveFilters.class,
    description = "Shows flows, as far back as topic flows is kept.")
final class ObserveCommand implements Callable<Integer> {
  private static final int LAST_BY_DEFAULT = 20;
  private static final Duration POLL = Duration.ofMillis(100);

  @Spec private CommandSpec spec;
  @Mixin private DataOption data;

  @Option(names = "--last", paramLabel = "N", description = "The last N flows (default: 20).")
  private Integer last;

  @Option(names = "--first", paramLabel = "N", description = "The first N flows.")
  private Integer first;

  @Option(names = "--all", description = "All flows that the topic has.")
  private boolean all;

  @Option(
      names = {"-f", "--follow"},
      description = "Then print new flows as they come.")
  private boolean follow;

  @Option(names = "--since", paramLabel = "TIME", description = "5m, 2h, or an RFC 3339 time.")
  private String since;

  @Option(names = "--until", paramLabel = "TIME", description = "5m, 2h, or an RFC 3339 time.")
  private String until;

  private Instant end = Instant.MAX;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORM",
      defaultValue = "compact",
      description = "compact, dict, table, json or jsonpb (default: ${DEFAULT-VALUE}).")
  private String form;

  @Option(names = "--print-node-name", description = "Print the node.")
  private boolean nodeName;

  @Option(names = "--print-policy-names", description = "Print the policies that decided.")
  private boolean policyNames;

  @Option(names = "--numeric", description = "Addresses instead of pods' names.")
  private boolean numeric;

  @Override
  public Integer call() {
    if (first != null && (follow || last != null)) {
      throw new ParameterException(
          spec.commandLine(), "--first goes neither with --follow nor with --last");
    }
    counted("--last", last);
    counted("--first", first);
    Predicate<Flow> wanted = wanted();
    Format format = format();
    try (LabTopics topics = LabTopics.open(data.lab());
        TopicReader<Flow> reader = topics.reader(Topics.FLOWS)) {
      FlowPrinter printer =
          new FlowPrinter(
              new FlowPrinter.Options(
                  format,
                  nodeName,
                  policyNames,
                  numeric,
                  ZoneId.systemDefault(),
                  topics.settings().text(Setting.CLUSTER_NAME)),
              follow);
      PrintWriter out = spec.commandLine().getOut();
      past(reader, wanted, flow -> out.print(printer.print(flow)));
      out.print(printer.end());
      out.flush();
      while (follow && !out.checkError() && !isOver()) {
        follow(reader, wanted, printer, out);
      }
    }
    return 0;
  }

  /** Whether nothing of what was asked for can come any more. */
  private boolean isOver() {
    return until != null && PastFlows.isComplete(end, Instant.now());
  }

  private void counted(String option, Integer count) {
    if (count != null && count < 0) {
      throw new ParameterException(
          spec.commandLine(), option + " takes how many flows to show, not " + count);
    }
  }

  private static void follow(
      TopicReader<Flow> reader, Predicate<Flow> wanted, FlowPrinter printer, PrintWriter out) {
    List<Flow> batch = new ArrayList<>();
    reader.poll(
        POLL,
        entry -> {
          if (entry.value() != null && wanted.test(entry.value())) {
            batch.add(entry.value());
          }
        });
    batch.sort(Comparator.comparing(Flow::getTime));
    batch.forEach(flow -> out.print(printer.print(flow)));
    out.flush();
  }

  /** What the topic already holds of what was asked for, oldest first. */
  private void past(TopicReader<Flow> reader, Predicate<Flow> wanted, Consumer<Flow> print) {
    boolean bounded = last != null || first != null || since != null || until != null || all;
    if (follow && !bounded) {
      reader.seekToEnd();
      return;
    }
    Instant from = since == null ? Instant.EPOCH : time(since, "--since");
    PastFlows past = new PastFlows(reader, wanted, from);
    if (last != null || !bounded) {
      past.last(last == null ? LAST_BY_DEFAULT : last, Instant.now()).forEach(print);
      return;
    }
    past.each(first == null ? Long.MAX_VALUE : first, print);
  }

  private Predicate<Flow> wanted() {
    try {
      Predicate<Flow> wanted = ObserveFilters.of(spec.commandLine().getParseResult());
      if (since != null) {
        Instant from = time(since, "--since");
        wanted = wanted.and(flow -> !flow.getTime().isBefore(from));
      }
      if (until != null) {
        end = time(until, "--until");
        wanted = wanted.and(flow -> flow.getTime().isBefore(end));
      }
      return wanted;
    } catch (IllegalArgumentException e) {
      throw new ParameterException(spec.commandLine(), e.getMessage(), e);
    }
  }

  private Format format() {
    return switch (form.toLowerCase(Locale.ROOT)) {
      case "compact" -> Format.COMPACT;
      case "dict" -> Format.DICT;
      case "table", "tab" -> Format.TABLE;
      case "json" -> Format.JSON;
      case "jsonpb" -> Format.JSONPB;
      default ->
          throw new ParameterException(
              spec.commandLine(),
              "Output form '" + form + "' is not one of compact, dict, table, json, jsonpb");
    };
  }

  private Instant time(String text, String option) {
    return TimeText.parse(text, Instant.now(), ZoneId.systemDefault())
        .orElseThrow(
            () ->
                new ParameterException(
                    spec.commandLine(),
                    option
                        + " "
                        + text
                        + " is not a time: write 5m, 2h30m, 2026-11-20, or 2026-11-20T14:03:00Z"));
  }
}
