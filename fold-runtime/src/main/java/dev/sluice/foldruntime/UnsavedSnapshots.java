package dev.sluice.foldruntime;

import dev.sluice.schemas.Diagnostic;
import dev.sluice.schemas.Severity;
import dev.sluice.schemas.topic.Topics;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.apache.kafka.common.errors.RecordTooLargeException;

/** What is told of a stream whose snapshots cannot be written. Thread-safe. */
final class UnsavedSnapshots {
  static final String CODE = "snapshot-not-written";

  /** Of no stream: those keep their own rows in line, and would take this one out. */
  static final String WRITER = "snapshots";

  private static final String KIND = "Stream";

  private final String stream;
  private long count;
  private long lastWritten = -1;

  /** A former process may have told something. */
  private boolean told = true;

  UnsavedSnapshots(String stream) {
    this.stream = stream;
  }

  /** Of the row in topic diagnostics. */
  String key() {
    return KIND + "//" + stream + "|" + CODE + "|" + WRITER;
  }

  /** One was not written: what there is to tell now. */
  synchronized Diagnostic failed(SnapshotShelf.Image image, Exception why, Instant now) {
    count++;
    told = true;
    return new Diagnostic(
        -1L,
        now.truncatedTo(ChronoUnit.MILLIS),
        Severity.ERROR,
        CODE,
        KIND,
        "",
        stream,
        "",
        0,
        "",
        message(image, why),
        WRITER);
  }

  private String message(SnapshotShelf.Image image, Exception why) {
    String since =
        lastWritten < 0
            ? "none was written since its process began"
            : "the last is of " + lastWritten;
    String reason =
        why instanceof RecordTooLargeException
            ? "it has %d bytes, and topic snapshots takes %d; a smaller cluster needs less"
                .formatted(image.bytes().length, Topics.LARGEST_RECORD_BYTES)
            : why.getMessage();
    return "%d snapshots could not be written (%s), now that of position %d: %s. A start reads the log from the last one, and fails when the log begins later: keep topic k8s.objects for longer until this is mended"
        .formatted(count, since, image.position(), reason);
  }

  /**
   * One was written.
   *
   * @return whether something was told before, by this process or one before it
   */
  synchronized boolean written(SnapshotShelf.Image image) {
    count = 0;
    lastWritten = image.position();
    boolean before = told;
    told = false;
    return before;
  }
}
