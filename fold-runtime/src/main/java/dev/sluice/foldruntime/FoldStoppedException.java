package dev.sluice.foldruntime;

/**
 * A record that cannot be folded, or a log that is not the one the outputs were made from. Trying
 * again would give the same: the process stops, and what has been written stays in force.
 */
public final class FoldStoppedException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  FoldStoppedException(String message, Throwable cause) {
    super(message, cause);
  }

  FoldStoppedException(String message) {
    super(message);
  }
}
