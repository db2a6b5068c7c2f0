package dev.sluice.cli.past;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.cli.NamespaceOptions;
import dev.sluice.cli.OutputOptions;
import dev.sluice.cli.Refusal;
import dev.sluice.cli.look.LabTopics;
import dev.sluice.cli.look.TimeText;
import dev.sluice.cli.output.JsonText;
import dev.sluice.cli.output.Table;
import dev.sluice.core.compile.PolicySnapshot;
import dev.sluice.core.compile.RevisionMade;
import dev.sluice.core.log.CanonicalTree;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.schemas.Revision;
import dev.sluice.schemas.topic.TopicReader;
import dev.sluice.schemas.topic.Topics;
import java.io.PrintWriter;
import java.time.Instant;
import java.time.ZoneId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code sluice policy at REV|TIME [NS/NAME]}. */
@Command(
    name = "at",
    mixinStandardHelpOptions = true,
    description = "The policies that were in force at a revision or at a time.")
public final class PolicyAtCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private LogOptions log;
  @Mixin private NamespaceOptions namespaces;
  @Mixin private OutputOptions output;

  @Parameters(
      index = "0",
      paramLabel = "REV|TIME",
      description = "A revision's number; or 5m, 2h (ago), a date, an RFC 3339 time.")
  private String when;

  @Parameters(index = "1", arity = "0..1", paramLabel = "NS/NAME", description = "Only this one.")
  private String wanted;

  /**
   * One policy as it was.
   *
   * @param revision that its version made
   */
  private record Version(ObjectKey key, long revision, String who, Map<String, Object> spec) {
    String shortName() {
      return key.namespace().isEmpty() ? key.name() : key.namespace() + "/" + key.name();
    }
  }

  @Override
  public Integer call() {
    try (LabTopics topics = log.open()) {
      Revision revision = revision(topics);
      Map<String, Long> made = new HashMap<>();
      List<Version> versions;
      try (LogReplay replay = LogReplay.open(topics)) {
        if (revision.getPosition() < replay.first() - 1) {
          throw new Refusal(
              "Revision "
                  + revision.getRevision()
                  + " is older than what is left of the log, which begins at offset "
                  + replay.first());
        }
        replay.upTo(
            revision.getPosition() + 1,
            (event, step) -> step.revisionMade().ifPresent(one -> note(one, made)));
        versions =
            replay.policy().snapshot().policies().stream()
                .map(version -> version(version, made))
                .filter(version -> namespaces.shows(version.key.namespace()))
                .filter(version -> wanted == null || wanted.equals(version.shortName()))
                .toList();
      }
      if (wanted != null && versions.isEmpty()) {
        throw new Refusal(
            "There was no policy '" + wanted + "' at revision " + revision.getRevision());
      }
      print(revision, versions);
    }
    return 0;
  }

  private static void note(RevisionMade one, Map<String, Long> made) {
    one.policiesChanged().forEach(policy -> made.put(policy, one.revision()));
  }

  @SuppressWarnings("unchecked")
  private static Version version(PolicySnapshot.AcceptedVersion version, Map<String, Long> made) {
    Map<String, Object> tree = (Map<String, Object>) CanonicalTree.decode(version.tree());
    Map<String, Object> spec = new TreeMap<>();
    tree.forEach(
        (field, value) -> {
          if (value != null) {
            spec.put(field, value);
          }
        });
    return new Version(
        version.key(), made.getOrDefault(version.key().toString(), 0L), version.who(), spec);
  }

  /** The revision in force then. */
  private Revision revision(LabTopics topics) {
    TreeMap<Long, Revision> revisions = new TreeMap<>();
    topics.all(Topics.REVISIONS).stream()
        .map(TopicReader.Entry::value)
        .forEach(one -> revisions.put(one.getRevision(), one));
    if (when.matches("[0-9]{1,18}")) {
      Map.Entry<Long, Revision> found = revisions.floorEntry(Long.parseLong(when));
      if (found == null || Long.parseLong(when) > revisions.lastKey()) {
        throw new Refusal(
            "There is no revision " + when + ": 'sluice history' shows those that are kept");
      }
      return found.getValue();
    }
    Instant time =
        TimeText.parse(when, Instant.now(), ZoneId.systemDefault())
            .orElseThrow(
                () ->
                    new ParameterException(
                        spec.commandLine(),
                        "'"
                            + when
                            + "' is neither a revision nor a time: write its number, an age like"
                            + " 2h30m, a date or an RFC 3339 time"));
    return revisions.values().stream()
        .filter(one -> !one.getTime().isAfter(time))
        .reduce((earlier, later) -> later)
        .orElseThrow(() -> new Refusal("No revision that is kept was in force at " + time));
  }

  private void print(Revision revision, List<Version> versions) {
    PrintWriter out = spec.commandLine().getOut();
    if (!output.isTable()) {
      output.print(() -> new Table(), () -> json(revision, versions));
      return;
    }
    out.println("Revision: " + revision.getRevision());
    out.println("Time: " + revision.getTime());
    out.println("Hash: " + revision.getHash());
    out.println();
    if (wanted == null) {
      output.print(() -> table(versions), () -> json(revision, versions));
      return;
    }
    for (Version version : versions) {
      out.println("# " + version.who + ", revision " + version.revision);
      out.print(JsonText.yaml(object(version)));
    }
    out.flush();
  }

  private static Table table(List<Version> versions) {
    Table table = new Table("KIND", "POLICY", "REVISION", "WHO");
    for (Version version : versions) {
      table.row(version.key.kind(), version.shortName(), version.revision, version.who);
    }
    return table;
  }

  private static ObjectNode json(Revision revision, List<Version> versions) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("revision", revision.getRevision());
    json.put("time", revision.getTime().toString());
    json.put("hash", revision.getHash());
    ArrayNode array = json.putArray("policies");
    for (Version version : versions) {
      ObjectNode one = object(version);
      one.put("revision", version.revision);
      one.put("who", version.who);
      array.add(one);
    }
    return json;
  }

  private static ObjectNode object(Version version) {
    ObjectNode object = JsonNodeFactory.instance.objectNode();
    object.put("kind", version.key.kind());
    ObjectNode metadata = object.putObject("metadata");
    metadata.put("name", version.key.name());
    if (!version.key.namespace().isEmpty()) {
      metadata.put("namespace", version.key.namespace());
    }
    version.spec.forEach(
        (field, value) -> {
          if (field.equals("metadata")) { // annotations that mean something
            metadata.setAll((ObjectNode) JsonText.MAPPER.valueToTree(value));
          } else {
            object.set(field, JsonText.MAPPER.valueToTree(value));
          }
        });
    return object;
  }
}
