package dev.sluice.node.apply;

/** What was learned cannot be used on this node: its set of names has no room in the maps. */
public final class NoRoomException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public NoRoomException(String name) {
    super("no room for the addresses of " + name, null, false, false);
  }
}
