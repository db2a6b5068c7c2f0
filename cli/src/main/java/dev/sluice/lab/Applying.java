package dev.sluice.lab;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.schemas.Diagnostic;
import dev.sluice.schemas.Severity;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.serde.TopicSerdes;
import dev.sluice.schemas.topic.TopicReader;
import dev.sluice.schemas.topic.Topics;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/**
 * {@code lab apply} and {@code lab delete}: writes manifests, and waits along the road that they
 * take, from the file over the log to every node's kernel. One request at a time.
 */
final class Applying {
  /** What is known of one object on its way. */
  private static final class Step {
    final Manifest manifest;
    String outcome;
    String before;

    Step(Manifest manifest) {
      this.manifest = manifest;
    }

    boolean rejected() {
      return outcome.startsWith("rejected");
    }

    boolean written() {
      return outcome.equals("created") || outcome.equals("configured");
    }
  }

  private final ManifestFolder folder;
  private final OutsideHosts outside;
  private final ObjectLog log;
  private final Pace pace;
  private final Kubelet kubelet;
  private final Map<String, ApplierClient> appliers;
  private final LabDns dns;
  private final Settings settings;
  private final TopicSerdes serdes;

  Applying(
      ManifestFolder folder,
      OutsideHosts outside,
      ObjectLog log,
      Pace pace,
      Kubelet kubelet,
      Map<String, ApplierClient> appliers,
      LabDns dns,
      Settings settings,
      TopicSerdes serdes) {
    this.folder = folder;
    this.outside = outside;
    this.log = log;
    this.pace = pace;
    this.kubelet = kubelet;
    this.appliers = appliers;
    this.dns = dns;
    this.settings = settings;
    this.serdes = serdes;
  }

  /** Returns the exit status: 1 when an object was rejected or time ran out. */
  synchronized int apply(List<Manifest> wanted, Duration limit, Answer answer) {
    try (Pace.Haste untilRealised = pace.hasten()) {
      return applyAll(wanted, limit, answer);
    }
  }

  private int applyAll(List<Manifest> wanted, Duration limit, Answer answer) {
    List<Manifest> manifests = dns.before(wanted);
    long deadline = System.nanoTime() + limit.toNanos();
    Map<String, Step> steps = new LinkedHashMap<>();
    int unreadable = 0;
    for (Manifest manifest : manifests) {
      if (manifest.problem().isEmpty()) {
        steps.put(manifest.title(), write(manifest));
      } else {
        unreadable++;
        answer.line(manifest.title() + " rejected: " + manifest.problem());
      }
    }
    boolean inTime = awaitRead(steps.values(), deadline);
    inTime = inTime && awaitCompiled(deadline);
    judge(steps.values(), answer);
    int status = finish(inTime, deadline, limit, answer);
    boolean rejected = unreadable > 0 || steps.values().stream().anyMatch(Step::rejected);
    return rejected ? 1 : status;
  }

  private Step write(Manifest manifest) {
    Step step = new Step(manifest);
    if (manifest.kind().equals(OutsideHosts.KIND)) {
      try {
        step.outcome = outside.apply(manifest);
      } catch (IllegalArgumentException | LabFailure e) {
        step.outcome = "rejected: " + e.getMessage();
      }
      return step;
    }
    step.before = folder.read(manifest.fileName());
    step.outcome =
        switch (folder.write(manifest.fileName(), manifest.text())) {
          case CREATED -> "created";
          case CONFIGURED -> "configured";
          case UNCHANGED -> "unchanged";
        };
    return step;
  }

  /** Until ingest has read every written file; those that it refuses are taken back. */
  private boolean awaitRead(Iterable<Step> steps, long deadline) {
    Map<String, Step> byFile = new HashMap<>();
    for (Step step : steps) {
      if (!step.written() || step.manifest.kind().equals(OutsideHosts.KIND)) {
        continue;
      }
      String file = step.manifest.fileName();
      String hash = ManifestFolder.hash(step.manifest.text());
      if (!await(deadline, () -> log.hasRead(file, hash))) {
        return false;
      }
      byFile.put(file, step);
    }
    takeBackRefused(byFile);
    return true;
  }

  /**
   * Takes files back that ingest refuses: the objects that were there stay. What it says of a file
   * is in the topic before the log says that it has read it.
   */
  private void takeBackRefused(Map<String, Step> byFile) {
    for (Diagnostic diagnostic : byFile.isEmpty() ? List.<Diagnostic>of() : diagnostics()) {
      Step step = byFile.get(diagnostic.getFile());
      if (step != null
          && diagnostic.getSeverity() == Severity.REFUSED
          && diagnostic.getPosition() < 0
          && !step.rejected()) {
        step.outcome = "rejected: " + reason(step.manifest, diagnostic);
        folder.restore(diagnostic.getFile(), step.before);
      }
    }
  }

  private boolean awaitCompiled(long deadline) {
    long position = log.lastObject();
    return await(deadline, () -> log.markPosition() >= position);
  }

  private void judge(Iterable<Step> steps, Answer answer) {
    List<Diagnostic> diagnostics = diagnostics();
    List<String> warnings = new ArrayList<>();
    for (Step step : steps) {
      for (Diagnostic diagnostic : diagnostics) {
        if (!concerns(diagnostic, step.manifest)) {
          continue;
        }
        if (diagnostic.getSeverity() == Severity.REFUSED) {
          step.outcome =
              step.rejected() ? step.outcome : "rejected: " + reason(step.manifest, diagnostic);
        } else if (diagnostic.getSeverity() != Severity.NOTE) {
          warnings.add(step.manifest.title() + ": " + reason(step.manifest, diagnostic));
        }
      }
      answer.line(step.manifest.title() + " " + step.outcome);
    }
    warnings.forEach(warning -> answer.line("warning: " + warning));
  }

  private static boolean concerns(Diagnostic diagnostic, Manifest manifest) {
    return diagnostic.getKind().equals(manifest.kind())
        && diagnostic.getNamespace().equals(manifest.namespace())
        && diagnostic.getName().equals(manifest.name());
  }

  /** Names the line of the user's file: those of the folder are the lab's copies. */
  private static String reason(Manifest manifest, Diagnostic diagnostic) {
    String place = manifest.place(diagnostic.getPath(), diagnostic.getLine());
    String path = diagnostic.getPath().isEmpty() ? "" : diagnostic.getPath() + ": ";
    return place + ": " + path + diagnostic.getMessage();
  }

  /** What diagnostics hold now, every one of them written before a mark that was seen. */
  private List<Diagnostic> diagnostics() {
    Map<String, Diagnostic> latest = new LinkedHashMap<>();
    try (TopicReader<Diagnostic> reader = TopicReader.open(settings, serdes, Topics.DIAGNOSTICS)) {
      reader.readToEnd(
          entry -> {
            if (entry.value() == null) {
              latest.remove(entry.key());
            } else {
              latest.put(entry.key(), entry.value());
            }
          });
    }
    return List.copyOf(latest.values());
  }

  /** As {@link #apply}, the other way round. */
  synchronized int delete(List<Manifest> manifests, Duration limit, Answer answer) {
    try (Pace.Haste untilRealised = pace.hasten()) {
      return deleteAll(manifests, limit, answer);
    }
  }

  private int deleteAll(List<Manifest> manifests, Duration limit, Answer answer) {
    long deadline = System.nanoTime() + limit.toNanos();
    int status = 0;
    List<String> gone = new ArrayList<>();
    for (Manifest manifest : manifests.reversed()) {
      boolean was;
      if (manifest.kind().equals(OutsideHosts.KIND)) {
        was = outside.delete(manifest.name());
      } else {
        was = manifest.problem().isEmpty() && folder.delete(manifest.fileName());
        if (was) {
          gone.add(manifest.fileName());
        }
      }
      String reason = manifest.problem().isEmpty() ? "there is none" : manifest.problem();
      answer.line(manifest.title() + (was ? " deleted" : " rejected: " + reason));
      status = was ? status : 1;
    }
    boolean inTime = true;
    for (String file : gone) {
      inTime = inTime && await(deadline, () -> log.hasRead(file, ""));
    }
    inTime = inTime && awaitCompiled(deadline);
    return Math.max(status, finish(inTime, deadline, limit, answer));
  }

  private int finish(boolean compiled, long deadline, Duration limit, Answer answer) {
    long position = log.lastObject();
    dns.flush();
    boolean inTime =
        compiled
            && await(deadline, () -> behind(position).isEmpty())
            && await(deadline, kubelet::settled);
    answer.line("revision " + log.revision());
    if (inTime) {
      return 0;
    }
    List<String> reasons = new ArrayList<>();
    if (!compiled) {
      reasons.add("the log has not been compiled that far");
    }
    reasons.addAll(behind(position));
    reasons.addAll(kubelet.unsettled());
    answer.warn("Not realised within " + limit.toSeconds() + " s: " + String.join("; ", reasons));
    return 1;
  }

  /** The nodes that have not realised a position, and why. */
  private List<String> behind(long position) {
    Map<String, JsonNode> answers =
        ApplierClient.each(appliers, ApplierClient::status, ApplierClient.ANSWER_LIMIT);
    List<String> late = new ArrayList<>();
    for (String node : appliers.keySet()) {
      JsonNode status = answers.get(node);
      if (status == null) {
        late.add(node + " does not answer");
      } else if (status.path("position").asLong(-1) < position) {
        String message = status.path("message").asText("");
        late.add(
            node
                + " is at "
                + status.path("position")
                + " of "
                + position
                + (message.isEmpty() ? "" : " (" + message + ")"));
      }
    }
    return late;
  }

  private static boolean await(long deadline, BooleanSupplier condition) {
    return Waiting.until(Duration.ofNanos(Math.max(0, deadline - System.nanoTime())), condition);
  }
}
