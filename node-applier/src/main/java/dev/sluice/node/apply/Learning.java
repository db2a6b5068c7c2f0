package dev.sluice.node.apply;

import dev.sluice.core.dns.AddressLife;
import dev.sluice.core.dns.DnsEvent;
import dev.sluice.core.dns.OwnNames;
import dev.sluice.node.mirror.KernelMaps;
import dev.sluice.node.mirror.Mirror;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What pods are answered, on its way into the kernel: by the view of the topics, or until they were
 * read by that of a former process. For the applier's thread.
 */
final class Learning {
  private static final Logger LOG = LoggerFactory.getLogger(Learning.class);

  private final Mirror mirror;
  private final KernelMaps maps;
  private final Learners learners = new Learners();

  /**
   * What a former process had read; null when there is nothing, or nothing more to be had of it.
   */
  private Mirror former;

  Learning(Mirror mirror, KernelMaps maps) {
    this.mirror = mirror;
    this.maps = maps;
  }

  /**
   * Takes an answer.
   *
   * @param mayBeThere whether the kernel holds what was given out; it does not while a step fails
   * @return completes when its addresses are usable in the kernel, fails with {@link
   *     NoRoomException} when there is no room for one of them
   */
  CompletableFuture<Void> learn(DnsEvent.Answered answer, boolean mayBeThere) {
    mirror.names().answered(answer);
    if (knowsFormer()) {
      former.names().answered(answer);
    }
    return waitFor(
        answer,
        new Learners.Question(
            (names, address) -> names.usable(answer.name(), address),
            (names, address) -> names.isWithoutRoom(answer.name(), address)),
        mayBeThere);
  }

  /** As {@link #learn}, for one endpoint. */
  CompletableFuture<Void> learnAlone(OwnNames.Own own, AddressLife life, boolean mayBeThere) {
    mirror.names().answeredAlone(own, life);
    if (knowsFormer()) {
      former.names().answeredAlone(own, life);
    }
    String name = own.answer().name();
    return waitFor(
        own.answer(),
        new Learners.Question(
            (names, address) -> names.usable(own.endpoint(), name, address),
            (names, address) -> names.isWithoutRoom(own.endpoint(), name, address)),
        mayBeThere);
  }

  private CompletableFuture<Void> waitFor(
      DnsEvent.Answered answer, Learners.Question question, boolean mayBeThere) {
    // What the kernel has already, as after a start, need not wait for the step.
    boolean isThere =
        mayBeThere
            && known().filter(known -> question.allUsable(known.names(), answer)).isPresent();
    return isThere ? CompletableFuture.completedFuture(null) : learners.add(answer, question);
  }

  /** What a former process was answered and no topic held then. */
  void recall(List<DnsEvent.Answered> answers, List<OwnNames.Own> alone, AddressLife life) {
    answers.forEach(mirror.names()::answered);
    alone.forEach(own -> mirror.names().answeredAlone(own, life));
  }

  /**
   * What a former process had read of the topics: until they were read again, names are learned by
   * it. Not if the kernel holds other policies: then somebody else wrote them.
   */
  void recall(Mirror before) {
    if (Former.agrees(before, maps)) {
      former = before;
    } else {
      LOG.info("the kernel holds other policies than the file of rows: names wait for the topics");
    }
  }

  private boolean knowsFormer() {
    return former != null && !mirror.isReady();
  }

  /** The view that counts now; empty before there is one. */
  Optional<Mirror> known() {
    return mirror.isReady() ? Optional.of(mirror) : Optional.ofNullable(former);
  }

  /**
   * Writes addresses alone, of sets that the kernel has: whatever else there is to do waits for the
   * topics.
   *
   * @return whether there is a former view to do it by
   */
  boolean byFormer() {
    if (former == null) {
      return false;
    }
    try {
      Former.learn(former, maps);
      learners.answer(former.names());
    } catch (RuntimeException e) {
      LOG.warn("names cannot be learned before the topics were read", e);
      former = null;
    }
    return true;
  }

  /** A step of the topics' view was realised: the kernel holds what it gave out. */
  void realised() {
    learners.answer(mirror.names());
    former = null;
  }
}
