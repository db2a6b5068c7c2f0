package dev.sluice.node.proxy.dns;

import dev.sluice.core.dns.QuestionRules;
import java.util.concurrent.CompletableFuture;

/**
 * Who asks whom, and what he may ask, as of one step of the applier.
 *
 * @param pod {@code namespace/name}; empty: no pod of this node, nothing may be asked
 * @param endpoint its endpoint's id
 * @param identity its identity
 * @param serverIdentity of the server
 * @param trusted whether the server's answers teach the cluster, and not the asker alone
 * @param inPodsName whether the server sees the pod's address; a node's own sees the node's
 */
public record FlowRules(
    String pod,
    long endpoint,
    int identity,
    int serverIdentity,
    QuestionRules questions,
    boolean trusted,
    boolean inPodsName) {
  /** Of a flow that no pod of this node has. */
  static final FlowRules NOBODY = new FlowRules("", 0, 0, 0, QuestionRules.NONE, false, false);

  /** What was found; nobody's when whoever was asked has failed or left. */
  static FlowRules known(CompletableFuture<FlowRules> found) {
    return found.isCompletedExceptionally() ? NOBODY : found.join();
  }
}
