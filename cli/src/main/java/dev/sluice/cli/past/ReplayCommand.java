package dev.sluice.cli.past;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.cli.OutputOptions;
import dev.sluice.cli.look.LabTopics;
import dev.sluice.cli.output.Table;
import dev.sluice.core.compile.RevisionMade;
import dev.sluice.core.compile.Verification;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code sluice replay --verify}. */
@Command(
    name = "replay",
    mixinStandardHelpOptions = true,
    description =
        "Folds the log afresh and compares every kept revision, the chain of hashes and the"
            + " identities' numbers; exit status 1 when anything differs.")
public final class ReplayCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;
  @Mixin private LogOptions log;
  @Mixin private OutputOptions output;

  @Option(
      names = "--verify",
      required = true,
      description = "Recompute every kept revision and compare.")
  private boolean verify;

  /** What came out. */
  private record Result(
      Verification revisions,
      KeptIdentities.Comparison identities,
      long records,
      long first,
      long end,
      double seconds) {
    boolean holds() {
      return revisions.mismatches().isEmpty() && identities.mismatches().isEmpty();
    }
  }

  @Override
  public Integer call() {
    Result result;
    // The topic is read after the snapshots: its mark is then where the replay begins, or later.
    try (LabTopics topics = log.open();
        LogReplay replay = LogReplay.open(topics)) {
      KeptIdentities kept = KeptIdentities.read(topics);
      long started = System.nanoTime();
      List<RevisionMade> made = new ArrayList<>();
      long end = replay.end();
      fold(replay, kept.position() == KeptIdentities.NO_MARK ? end : kept.position() + 1, made);
      KeptIdentities.Comparison identities = kept.compare(replay.rows());
      fold(replay, end, made);
      double seconds = (System.nanoTime() - started) / 1e9;
      Verification revisions = new KeptRevisions(topics).verify(made, replay, end);
      result = new Result(revisions, identities, replay.records(), replay.first(), end, seconds);
    }
    if (output.isTable()) {
      print(result);
    } else {
      output.print(() -> new Table(), () -> json(result));
    }
    return result.holds() ? 0 : 1;
  }

  private static void fold(LogReplay replay, long end, List<RevisionMade> made) {
    replay.upTo(end, (event, step) -> step.revisionMade().ifPresent(made::add));
  }

  private void print(Result result) {
    PrintWriter out = spec.commandLine().getOut();
    out.printf(
        "k8s.objects: offsets %d to %d, %d records folded in %.2f s%n",
        result.first, result.end - 1, result.records, result.seconds);
    out.printf("revisions: %d recomputed, the same in every field%n", result.revisions.verified());
    if (result.revisions.beforeTheLog() > 0) {
      out.printf(
          "  %d more are older than what is left of the log%n", result.revisions.beforeTheLog());
    }
    if (result.revisions.noLongerKept() > 0) {
      out.printf(
          "  %d more that the log makes are older than what is kept of revisions%n",
          result.revisions.noLongerKept());
    }
    if (result.identities.position() == KeptIdentities.NO_MARK) {
      out.println("identities: none compared, the topic has no mark");
    } else {
      out.printf(
          "identities: %d have the number that they had, at offset %d%n",
          result.identities.same(), result.identities.position());
    }
    result.revisions.mismatches().forEach(mismatch -> out.println("DIFFERS: " + mismatch));
    result.identities.mismatches().forEach(text -> out.println("DIFFERS: " + text));
    out.flush();
  }

  private static ObjectNode json(Result result) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.put("verified", result.holds());
    json.put("firstOffset", result.first);
    json.put("endOffset", result.end);
    json.put("records", result.records);
    json.put("seconds", result.seconds);
    json.put("revisions", result.revisions.verified());
    json.put("revisionsBeforeTheLog", result.revisions.beforeTheLog());
    json.put("revisionsNoLongerKept", result.revisions.noLongerKept());
    json.put("identities", result.identities.same());
    json.put("identitiesPosition", result.identities.position());
    ArrayNode mismatches = json.putArray("mismatches");
    for (Verification.Mismatch mismatch : result.revisions.mismatches()) {
      mismatches
          .addObject()
          .put("revision", mismatch.revision())
          .put("field", mismatch.what())
          .put("kept", mismatch.kept())
          .put("recomputed", mismatch.recomputed());
    }
    ArrayNode numbers = json.putArray("identityMismatches");
    result.identities.mismatches().forEach(numbers::add);
    return json;
  }
}
