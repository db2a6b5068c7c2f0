package dev.sluice.node.kernel;

/**
 * How long an idle entry of the connection table lives, in seconds: the numbers that the programs
 * are loaded with. Cilium's defaults.
 *
 * @param established TCP with a reply seen, also when one side has sent FIN
 * @param opening TCP without a reply
 * @param closing TCP after a FIN from both sides, or a RST
 * @param other everything but TCP
 */
public record ConnectionLifetimes(int established, int opening, int closing, int other) {
  public static final ConnectionLifetimes DEFAULT = new ConnectionLifetimes(8000, 60, 10, 60);

  int seconds(boolean tcp, Connection.State state) {
    if (!tcp) {
      return other;
    }
    return switch (state) {
      case NEW -> opening;
      case ESTABLISHED, CLOSING -> established;
      case CLOSED -> closing;
    };
  }
}
