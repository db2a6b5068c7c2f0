package dev.sluice.node.apply;

/** A step was not begun: it cannot happen whole. */
final class StepRefused extends RuntimeException {
  private static final long serialVersionUID = 1L;

  StepRefused(String message) {
    super(message);
  }
}
