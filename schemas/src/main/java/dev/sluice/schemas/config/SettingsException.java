package dev.sluice.schemas.config;

/** A setting that cannot be used; the message is one sentence that says what to do. */
public final class SettingsException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  public SettingsException(String message) {
    super(message);
  }
}
