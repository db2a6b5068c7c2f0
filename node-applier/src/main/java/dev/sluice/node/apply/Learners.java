package dev.sluice.node.apply;

import dev.sluice.core.dns.DnsEvent;
import dev.sluice.core.dns.NodeNames;
import dev.sluice.core.net.IpAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiPredicate;

/** Who waits for the addresses of an answer to be usable in the kernel. For one thread. */
final class Learners {
  private record Learner(
      DnsEvent.Answered answer,
      BiPredicate<NodeNames, IpAddress> isUsable,
      CompletableFuture<Void> usable) {}

  private final List<Learner> waiting = new ArrayList<>();

  /** Completes when {@link #answer} finds every address usable. */
  CompletableFuture<Void> add(
      DnsEvent.Answered answer, BiPredicate<NodeNames, IpAddress> isUsable) {
    CompletableFuture<Void> usable = new CompletableFuture<>();
    waiting.add(new Learner(answer, isUsable, usable));
    return usable;
  }

  /**
   * What the kernel holds has changed: whoever waited for it goes on, and who gave up is forgotten.
   */
  void answer(NodeNames names) {
    List<Learner> done = new ArrayList<>();
    waiting.removeIf(each -> isDone(each, names) && done.add(each));
    done.forEach(each -> each.usable().complete(null));
  }

  private static boolean isDone(Learner each, NodeNames names) {
    return each.usable().isDone()
        || each.answer().ttlSeconds().keySet().stream()
            .allMatch(address -> each.isUsable().test(names, address));
  }
}
