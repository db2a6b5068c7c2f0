package dev.sluice.schemas.registry;

/** The registry refused a request, or stayed away. */
public final class RegistryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final int status;
  private final int code;

  /**
   * @param status HTTP status; 0 when there was no answer
   * @param code Confluent error code, the status when there was none
   */
  public RegistryException(int status, int code, String message, Throwable cause) {
    super(message, cause);
    this.status = status;
    this.code = code;
  }

  public RegistryException(int status, int code, String message) {
    this(status, code, message, null);
  }

  public int status() {
    return status;
  }

  public int code() {
    return code;
  }

  /** Nobody answered: worth trying again later. */
  public boolean unavailable() {
    return status == 0 || status >= 500;
  }
}
