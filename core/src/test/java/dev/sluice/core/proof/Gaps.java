package dev.sluice.core.proof;

/** What the generators leave out because the compiler does not have it yet. */
final class Gaps {
  static final boolean API_SERVER = false;

  private Gaps() {}
}
