package dev.sluice.cli.look;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.cli.DataOption;
import dev.sluice.cli.Group;
import dev.sluice.cli.NamespaceOptions;
import dev.sluice.cli.OutputOptions;
import dev.sluice.cli.Refusal;
import dev.sluice.cli.ask.ExplainCommand;
import dev.sluice.cli.ask.LintCommand;
import dev.sluice.cli.ask.MatrixCommand;
import dev.sluice.cli.output.Table;
import dev.sluice.cli.past.PolicyAtCommand;
import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.schemas.DesiredRow;
import dev.sluice.schemas.Diagnostic;
import dev.sluice.schemas.Revision;
import dev.sluice.schemas.Selector;
import dev.sluice.schemas.topic.TopicReader;
import dev.sluice.schemas.topic.Topics;
import java.io.PrintWriter;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice policy get|selectors}, and the questions of packages ask and past. */
@Command(
    name = "policy",
    mixinStandardHelpOptions = true,
    description = "Policies: what is accepted, loaded and realised.",
    subcommands = {
      PolicyCommand.Get.class,
      PolicyCommand.Selectors.class,
      LintCommand.class,
      ExplainCommand.class,
      MatrixCommand.class,
      PolicyAtCommand.class
    })
final class PolicyCommand extends Group {
  private static final int HASH_DIGITS = 12;

  @Command(
      name = "get",
      mixinStandardHelpOptions = true,
      description = "Policies with the revision each made, where it is realised, and diagnostics.")
  static final class Get implements Callable<Integer> {
    @Spec private CommandSpec spec;
    @Mixin private DataOption data;
    @Mixin private NamespaceOptions namespaces;
    @Mixin private OutputOptions output;

    @Parameters(arity = "0..1", paramLabel = "NS/NAME", description = "Only this policy.")
    private String wanted;

    @Override
    public Integer call() {
      try (LabTopics topics = LabTopics.open(data.lab())) {
        SortedMap<String, DesiredRow> desired = topics.latest(Topics.DESIRED);
        ClusterView cluster = ClusterView.read(desired, topics);
        MapNeeds needs = MapNeeds.of(desired);
        List<Revision> revisions =
            topics.all(Topics.REVISIONS).stream().map(TopicReader.Entry::value).toList();
        List<PolicyView> policies =
            PolicyView.of(cluster, revisions, topics.latest(Topics.DIAGNOSTICS).values()).stream()
                .filter(policy -> namespaces.shows(policy.namespace()))
                .filter(policy -> wanted == null || wanted.equals(policy.shortName()))
                .toList();
        if (wanted != null && policies.isEmpty()) {
          throw new Refusal(
              "There is no policy '" + wanted + "': 'sluice policy get' shows them all");
        }
        boolean text = output.isTable();
        PrintWriter out = spec.commandLine().getOut();
        if (text) {
          out.println("Revision: " + cluster.mark().getRevision());
          out.println("Hash: " + cluster.mark().getHash());
          out.println();
        }
        output.print(() -> table(policies, needs), () -> json(cluster, policies, needs));
        List<Selector> selectors = used(cluster, policies);
        if (text && !selectors.isEmpty()) {
          out.println();
          selectorTable(cluster, selectors).print(out, output.headers());
          out.flush();
        }
      }
      return 0;
    }
  }

  @Command(
      name = "selectors",
      mixinStandardHelpOptions = true,
      description = "The loaded selectors with the identities they select.")
  static final class Selectors implements Callable<Integer> {
    @Mixin private DataOption data;
    @Mixin private OutputOptions output;

    @Override
    public Integer call() {
      try (LabTopics topics = LabTopics.open(data.lab())) {
        ClusterView cluster = ClusterView.read(topics);
        Collection<Selector> selectors = cluster.selectors().values();
        output.print(
            () -> selectorTable(cluster, selectors), () -> selectorJson(cluster, selectors));
      }
      return 0;
    }
  }

  private static Table table(List<PolicyView> policies, MapNeeds needs) {
    Table table =
        new Table(
            "KIND", "POLICY", "REVISION", "HASH", "SUBJECTS", "REALISED", "ENTRIES", "DIAGNOSTICS");
    for (PolicyView policy : policies) {
      table.row(
          policy.kind(),
          policy.shortName(),
          policy.revision() == 0 ? "-" : policy.revision(),
          policy.hash().substring(0, Math.min(HASH_DIGITS, policy.hash().length())),
          policy.subjects().size(),
          policy.realised() + "/" + policy.endpoints(),
          needs.most(policy.subjects()) + "/" + needs.room(),
          policy.diagnostics().stream().map(PolicyCommand::line).collect(Collectors.joining("\n")));
    }
    return table;
  }

  private static String line(Diagnostic diagnostic) {
    String severity = diagnostic.getSeverity().name().toLowerCase(Locale.ROOT);
    String path = diagnostic.getPath().isEmpty() ? "" : diagnostic.getPath() + ": ";
    return severity + ": " + path + diagnostic.getMessage();
  }

  private static ObjectNode json(ClusterView cluster, List<PolicyView> policies, MapNeeds needs) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("revision", cluster.mark().getRevision());
    json.put("hash", cluster.mark().getHash());
    ArrayNode array = json.putArray("policies");
    for (PolicyView policy : policies) {
      ObjectNode one = array.addObject();
      one.put("kind", policy.kind());
      one.put("namespace", policy.namespace());
      one.put("name", policy.name().split("/", 3)[2]);
      one.put("revision", policy.revision());
      one.put("hash", policy.hash());
      ArrayNode subjects = one.putArray("subjects");
      policy.subjects().forEach(subjects::add);
      one.putObject("realised").put("endpoints", policy.realised()).put("of", policy.endpoints());
      one.putObject("policyMapEntries")
          .put("needed", needs.most(policy.subjects()))
          .put("of", needs.room());
      one.put("refused", policy.refused());
      ArrayNode diagnostics = one.putArray("diagnostics");
      policy.diagnostics().forEach(d -> diagnostics.add(diagnostic(d)));
      one.putObject("status").set("conditions", PolicyConditions.of(policy));
    }
    json.set("selectors", selectorJson(cluster, used(cluster, policies)));
    return json;
  }

  private static ObjectNode diagnostic(Diagnostic diagnostic) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("severity", diagnostic.getSeverity().name().toLowerCase(Locale.ROOT));
    json.put("code", diagnostic.getCode());
    json.put("file", diagnostic.getFile());
    json.put("line", diagnostic.getLine());
    json.put("path", diagnostic.getPath());
    json.put("message", diagnostic.getMessage());
    return json;
  }

  private static List<Selector> used(ClusterView cluster, List<PolicyView> policies) {
    Set<String> names = policies.stream().map(PolicyView::name).collect(Collectors.toSet());
    Set<String> inRules = cluster.selectorsOf(names);
    return cluster.selectors().values().stream()
        .filter(
            selector ->
                inRules.contains(selector.getId())
                    || selector.getUsers().stream().anyMatch(names::contains))
        .toList();
  }

  /** A row names no more than the first of those who use the selector. */
  private static String users(Selector selector) {
    boolean all = selector.getUsers().size() < DesiredRecord.Selector.MOST_USERS;
    return String.join("\n", selector.getUsers()) + (all ? "" : "\n…");
  }

  private static Table selectorTable(ClusterView cluster, Collection<Selector> selectors) {
    Table table = new Table("SELECTOR", "LABELS", "USERS", "IDENTITIES");
    for (Selector selector : selectors) {
      table.row(
          selector.getId(),
          selector.getText(),
          users(selector),
          members(cluster, selector).stream()
              .map(RuleText::identity)
              .collect(Collectors.joining("\n")));
    }
    return table;
  }

  private static ArrayNode selectorJson(ClusterView cluster, Collection<Selector> selectors) {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    for (Selector selector : selectors) {
      ObjectNode json = array.addObject();
      json.put("id", selector.getId());
      json.put("labels", selector.getText());
      json.set("users", EndpointJson.texts(selector.getUsers()));
      ArrayNode identities = json.putArray("identities");
      members(cluster, selector).forEach(identities::add);
    }
    return array;
  }

  private static SortedSet<Integer> members(ClusterView cluster, Selector selector) {
    return cluster.members().getOrDefault(selector.getId(), new TreeSet<>());
  }
}
