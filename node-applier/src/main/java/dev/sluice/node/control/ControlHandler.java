package dev.sluice.node.control;

import java.util.Set;

/** Who answers the node's clients. Called on the client's own thread; may block it. */
public interface ControlHandler {
  /**
   * Any request but {@link ControlRequest.Monitor}.
   *
   * @throws Exception whose message is the client's error
   */
  ControlAnswer answer(ControlRequest request) throws Exception;

  /** Packets by line, while somebody reads them. */
  MonitorStream monitor(Set<String> types);
}
