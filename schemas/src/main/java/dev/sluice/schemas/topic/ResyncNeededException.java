package dev.sluice.schemas.topic;

/**
 * What a reader has seen of a topic is no longer the whole truth: records it has not read are gone.
 * The caller reads again from the beginning and drops what did not come back.
 */
public final class ResyncNeededException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  ResyncNeededException(String message) {
    super(message);
  }
}
