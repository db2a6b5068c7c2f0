package dev.sluice.node.link;

/** A link, address, route or sysctl could not be set; the message is what the kernel tools said. */
public final class LinkFailure extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public LinkFailure(String message) {
    super(message);
  }

  public LinkFailure(String message, Throwable cause) {
    super(message, cause);
  }
}
