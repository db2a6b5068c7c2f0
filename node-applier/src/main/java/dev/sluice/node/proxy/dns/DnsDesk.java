package dev.sluice.node.proxy.dns;

import dev.sluice.core.dns.DnsEvent;
import dev.sluice.core.dns.Lesson;
import dev.sluice.node.proxy.socket.Peer;
import java.util.concurrent.CompletableFuture;

/** What the proxy asks of the node. Any thread; nothing here waits. */
public interface DnsDesk {
  int UDP = 17;
  int TCP = 6;

  /** What a client may ask a server. Complete when it is known already. */
  CompletableFuture<FlowRules> rules(Peer client, Peer server, int protocol);

  /** Whether everything that a lesson teaches the asker is in the kernel, or no policy cares. */
  boolean usable(FlowRules asker, Lesson lesson);

  /**
   * Makes it so, and tells the cluster if the server's word counts there; completes when the kernel
   * has it.
   */
  CompletableFuture<Void> learn(FlowRules asker, DnsEvent.Answered answer);

  /** An exchange is over, or part of one. */
  void seen(DnsSeen seen);
}
