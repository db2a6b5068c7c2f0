package dev.sluice.policystream;

import dev.sluice.core.compile.DiagnosticRecord;
import dev.sluice.core.compile.PolicyStep;
import dev.sluice.core.compile.RevisionMade;
import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.log.Change;
import dev.sluice.foldruntime.OutputRow;
import dev.sluice.schemas.Diagnostic;
import dev.sluice.schemas.Revision;
import dev.sluice.schemas.Severity;
import dev.sluice.schemas.convert.DesiredRecords;
import dev.sluice.schemas.topic.Topics;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** What the policy fold says, as rows of topics desired, revisions and diagnostics. */
final class PolicyRows {
  private PolicyRows() {}

  /** The rows of one step: what was made of policy, then what nodes mirror, then the mark. */
  static List<OutputRow> of(PolicyStep step) {
    List<OutputRow> rows = new ArrayList<>();
    step.revisionMade().ifPresent(made -> rows.add(revision(made)));
    step.diagnostics().forEach(change -> rows.add(diagnostic(step.position(), change)));
    step.desired().forEach(change -> rows.add(desired(step.position(), change)));
    rows.add(mark(step.position(), step.revision(), step.hash()));
    return rows;
  }

  static OutputRow desired(long position, Change<DesiredRecord> change) {
    return new OutputRow(
        Topics.DESIRED,
        change.key(),
        position,
        DesiredRecords.toAvro(position, change),
        OutputRow.NOW);
  }

  static OutputRow mark(long position, long revision, String hash) {
    return OutputRow.upsert(
        Topics.DESIRED, Topics.MARK_KEY, position, DesiredRecords.mark(position, revision, hash));
  }

  static OutputRow diagnostic(long position, Change<DiagnosticRecord> change) {
    return change.isRemoval()
        ? OutputRow.remove(Topics.DIAGNOSTICS, change.key(), position)
        : diagnostic(change.value());
  }

  static OutputRow diagnostic(DiagnosticRecord record) {
    Diagnostic row =
        Diagnostic.newBuilder()
            .setPosition(record.position())
            .setTime(Instant.ofEpochMilli(record.timeMillis()))
            .setSeverity(Severity.valueOf(record.severity().name()))
            .setCode(record.code())
            .setKind(record.object().kind())
            .setNamespace(record.object().namespace())
            .setName(record.object().name())
            .setFile(record.file())
            .setLine(record.line())
            .setPath(record.path())
            .setMessage(record.message())
            .setWriter(record.writer())
            .build();
    return OutputRow.upsert(Topics.DIAGNOSTICS, record.key(), record.position(), row);
  }

  /** Its time is the event's, so that revisions are found by when policy changed. */
  private static OutputRow revision(RevisionMade made) {
    Revision row =
        Revision.newBuilder()
            .setRevision(made.revision())
            .setPosition(made.position())
            .setTime(Instant.ofEpochMilli(made.timeMillis()))
            .setCause(made.cause().toString())
            .setCauseType(made.causeType().name())
            .setWho(made.who())
            .setHash(made.hash())
            .setPreviousRevision(made.previousRevision())
            .setPreviousHash(made.previousHash())
            .setInputDigest(made.inputDigest())
            .setPoliciesChanged(made.policiesChanged())
            .setSubjectsChanged(made.subjectsChanged())
            .build();
    return new OutputRow(
        Topics.REVISIONS, Long.toString(made.revision()), made.position(), row, made.timeMillis());
  }
}
