package dev.sluice.node.apply;

import dev.sluice.core.dns.DnsEvent;
import dev.sluice.core.dns.NodeNames;
import dev.sluice.core.net.IpAddress;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiPredicate;

/** Who waits for the addresses of an answer to be usable in the kernel. For one thread. */
final class Learners {
  /**
   * What is asked about each address of an answer.
   *
   * @param isWithoutRoom whether it will not become usable before others make room
   */
  record Question(
      BiPredicate<NodeNames, IpAddress> isUsable, BiPredicate<NodeNames, IpAddress> isWithoutRoom) {
    boolean allUsable(NodeNames names, DnsEvent.Answered answer) {
      return answer.ttlSeconds().keySet().stream().allMatch(each -> isUsable.test(names, each));
    }

    boolean anyWithoutRoom(NodeNames names, DnsEvent.Answered answer) {
      return answer.ttlSeconds().keySet().stream()
          .anyMatch(each -> isWithoutRoom.test(names, each));
    }
  }

  private record Learner(
      DnsEvent.Answered answer, Question question, CompletableFuture<Void> usable) {}

  private final List<Learner> waiting = new ArrayList<>();

  /**
   * Completes when {@link #answer} finds every address usable; fails when it finds one without
   * room.
   */
  CompletableFuture<Void> add(DnsEvent.Answered answer, Question question) {
    CompletableFuture<Void> usable = new CompletableFuture<>();
    waiting.add(new Learner(answer, question, usable));
    return usable;
  }

  /**
   * What the kernel holds has changed: whoever waited for it goes on, and who gave up is forgotten.
   */
  void answer(NodeNames names) {
    List<Learner> done = new ArrayList<>();
    List<Learner> refused = new ArrayList<>();
    for (Iterator<Learner> all = waiting.iterator(); all.hasNext(); ) {
      Learner each = all.next();
      if (each.usable.isDone() || each.question.allUsable(names, each.answer)) {
        all.remove();
        done.add(each);
      } else if (each.question.anyWithoutRoom(names, each.answer)) {
        all.remove();
        refused.add(each);
      }
    }
    done.forEach(each -> each.usable.complete(null));
    refused.forEach(
        each -> each.usable.completeExceptionally(new NoRoomException(each.answer.name())));
  }
}
