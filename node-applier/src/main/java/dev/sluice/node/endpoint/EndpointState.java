package dev.sluice.node.endpoint;

import java.util.Locale;

/** What an endpoint is waiting for; the words are Cilium's. */
public enum EndpointState {
  /** The log does not know the pod yet: closed. */
  WAITING_FOR_IDENTITY,
  /** Its policy is not in the kernel yet: closed, or under the last good one. */
  REGENERATING,
  /** Its policy and addresses are in the kernel and were read back. */
  READY,
  /** The log knows the pod, the node has no link for it or one with other addresses. */
  NOT_READY,
  /** Its pod has gone. */
  DISCONNECTED;

  public String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
