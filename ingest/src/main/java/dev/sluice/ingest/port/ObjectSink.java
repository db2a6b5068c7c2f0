package dev.sluice.ingest.port;

import java.util.List;

/** Takes what a source tells. Thread-safe; may block while the log is out of reach. */
public interface ObjectSink {
  /**
   * @param events taken in order, none between them from elsewhere
   */
  void accept(List<SourceEvent> events);

  /** The source cannot go on, for a reason that is no object's fault. */
  void failed(Throwable cause);
}
