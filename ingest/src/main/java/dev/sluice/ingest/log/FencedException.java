package dev.sluice.ingest.log;

/** Another writer has taken the log over. This one must not write any more. */
public final class FencedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  FencedException(long own, long other, String who) {
    super(
        "another ingest (%s) has taken the log over with epoch %d, this one had %d: run only one"
            .formatted(who, other, own));
  }
}
