package dev.sluice.cli.past;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.cli.OutputOptions;
import dev.sluice.cli.look.LabTopics;
import dev.sluice.cli.look.Realisation;
import dev.sluice.cli.look.TimeText;
import dev.sluice.cli.output.Table;
import dev.sluice.schemas.Revision;
import dev.sluice.schemas.topic.TopicReader;
import dev.sluice.schemas.topic.Topics;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code sluice history}. */
@Command(
    name = "history",
    mixinStandardHelpOptions = true,
    description = "The revisions that the log keeps: when, by what, and where each is realised.")
public final class HistoryCommand implements Callable<Integer> {
  private static final int HASH_DIGITS = 12;

  @Spec private CommandSpec spec;
  @Mixin private LogOptions log;
  @Mixin private OutputOptions output;

  @Option(
      names = "--since",
      paramLabel = "T",
      description = "Only revisions made since then: 5m, 2h, or an RFC 3339 time.")
  private String since;

  /** A revision, and how many of the endpoints that there are now have realised it. */
  private record Line(Revision revision, long realised, long endpoints) {}

  @Override
  public Integer call() {
    Instant from = since == null ? Instant.MIN : time(since);
    List<Line> lines = new ArrayList<>();
    try (LabTopics topics = log.open()) {
      TreeMap<Long, Revision> revisions = new TreeMap<>(); // one may be there twice
      topics.all(Topics.REVISIONS).stream()
          .map(TopicReader.Entry::value)
          .forEach(revision -> revisions.put(revision.getRevision(), revision));
      Realisation realised = Realisation.read(topics);
      for (Revision revision : revisions.values()) {
        if (!revision.getTime().isBefore(from)) {
          lines.add(new Line(revision, realised.of(revision.getRevision()), realised.endpoints()));
        }
      }
    }
    output.print(() -> table(lines), () -> json(lines));
    return 0;
  }

  private Instant time(String text) {
    return TimeText.parse(text, Instant.now(), ZoneId.systemDefault())
        .orElseThrow(
            () ->
                new ParameterException(
                    spec.commandLine(),
                    "--since '" + text + "': write an age like 2h30m, a date or an RFC 3339 time"));
  }

  private static Table table(List<Line> lines) {
    Table table =
        new Table("REVISION", "TIME", "CAUSE", "WHO", "POLICIES", "SUBJECTS", "REALISED", "HASH");
    for (Line line : lines) {
      Revision revision = line.revision;
      table.row(
          revision.getRevision(),
          revision.getTime(),
          cause(revision),
          revision.getWho(),
          String.join("\n", revision.getPoliciesChanged()),
          revision.getSubjectsChanged().size(),
          line.realised + "/" + line.endpoints,
          revision.getHash().substring(0, Math.min(HASH_DIGITS, revision.getHash().length())));
    }
    return table;
  }

  /** {@code ADDED Pod/shop/web}; of a list's end, which names no object, its kind. */
  private static String cause(Revision revision) {
    boolean list = revision.getCauseType().equals("SYNCED");
    return revision.getCauseType()
        + (list ? " list of " + revision.getCause().replace("/", "") : " " + revision.getCause());
  }

  private static ArrayNode json(List<Line> lines) {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    for (Line line : lines) {
      Revision revision = line.revision;
      ObjectNode one = array.addObject();
      one.put("revision", revision.getRevision());
      one.put("position", revision.getPosition());
      one.put("time", revision.getTime().toString());
      one.put("cause", revision.getCause());
      one.put("causeType", revision.getCauseType());
      one.put("who", revision.getWho());
      one.put("hash", revision.getHash());
      one.put("previousRevision", revision.getPreviousRevision());
      one.put("previousHash", revision.getPreviousHash());
      ArrayNode policies = one.putArray("policiesChanged");
      revision.getPoliciesChanged().forEach(policies::add);
      ArrayNode subjects = one.putArray("subjectsChanged");
      revision.getSubjectsChanged().forEach(subjects::add);
      one.putObject("realised").put("endpoints", line.realised).put("of", line.endpoints);
    }
    return array;
  }
}
