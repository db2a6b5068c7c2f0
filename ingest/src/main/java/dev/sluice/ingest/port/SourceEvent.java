package dev.sluice.ingest.port;

import dev.sluice.core.log.ObjectKey;
import java.util.List;

/** What a source tells its sink. Events of one source are taken in the order they are given. */
public sealed interface SourceEvent {
  /** An object that was not there. */
  record Added(SourceObject object) implements SourceEvent {}

  /** An object that was there and is different now. */
  record Modified(SourceObject object) implements SourceEvent {}

  /** An object that is gone. */
  record Deleted(ObjectKey key) implements SourceEvent {}

  /**
   * The whole list of a kind: what is not in it is gone. The first event of every kind, and again
   * whenever the source has lost its place.
   */
  record Relisted(String kind, List<SourceObject> objects) implements SourceEvent {
    public Relisted {
      objects = List.copyOf(objects);
    }
  }

  /**
   * Everything that the source held at this version has been told before.
   *
   * @param source file, or kind of a watch
   * @param resourceVersion version of the watch, or content hash of the file; empty: file is gone
   */
  record Bookmark(String source, String resourceVersion) implements SourceEvent {}

  /** All that the source has to complain about at present; what is not in it is mended. */
  record Diagnosed(List<Problem> problems) implements SourceEvent {
    public Diagnosed {
      problems = List.copyOf(problems);
    }
  }
}
