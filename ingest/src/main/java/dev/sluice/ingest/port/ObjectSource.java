package dev.sluice.ingest.port;

/**
 * Where objects come from. Started once; after {@link #close()} it tells nothing more.
 *
 * <p>The first events are a {@link SourceEvent.Relisted} for each of its kinds.
 */
public interface ObjectSource extends AutoCloseable {
  /**
   * Tells the first lists to the sink, then follows on threads of its own.
   *
   * @param past what the log holds at this moment
   */
  void start(Past past, ObjectSink sink);

  @Override
  void close();
}
