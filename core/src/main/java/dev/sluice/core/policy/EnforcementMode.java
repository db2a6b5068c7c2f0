package dev.sluice.core.policy;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Whether directions that no policy speaks of are closed, and whether any policy counts. */
public enum EnforcementMode {
  /** Policies decide; a direction that none enforces is open. */
  DEFAULT,
  /** What nothing allows is denied, for every pod in both directions. */
  ALWAYS,
  /** No policy counts: everything passes. */
  NEVER;

  /** The word that settings use: {@code always}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Optional<EnforcementMode> of(String text) {
    return Arrays.stream(values()).filter(mode -> mode.text().equals(text)).findFirst();
  }
}
