package dev.sluice.cli;

/**
 * Something the user asked for that cannot be done, with one sentence that says why and what to do.
 * Ends the command with exit status 1 and without a stack trace. Not for bugs of ours.
 */
public final class Refusal extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public Refusal(String sentence) {
    super(sentence);
  }

  public Refusal(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
