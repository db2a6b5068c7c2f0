package dev.sluice.cli.demo;

/** A step of the walk did not hold: what was expected and what was seen. */
final class StepFailed extends RuntimeException {
  private static final long serialVersionUID = 1L;

  StepFailed(String message) {
    super(message);
  }
}
