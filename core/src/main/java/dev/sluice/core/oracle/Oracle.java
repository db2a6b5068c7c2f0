package dev.sluice.core.oracle;

import dev.sluice.core.label.LabelSet;
import dev.sluice.core.oracle.Answer.Side;
import dev.sluice.core.oracle.Answer.Verdict;
import dev.sluice.core.policy.Policy;
import java.util.List;
import java.util.Optional;

/**
 * Says what becomes of a flow in a world, and why.
 *
 * <ol>
 *   <li>The source's egress and the destination's ingress must both let it pass.
 *   <li>Only pods have policies: on a side without a pod it passes.
 *   <li>The flow is judged by the policies that enforce; those that only audit do not count.
 *   <li>If it passes, and would not have if the auditing policies had enforced too, the verdict is
 *       AUDIT and names them.
 *   <li>If it does not pass and the pod is audited, the verdict is AUDIT and names the policies
 *       that drop it.
 *   <li>A pod and itself are judged as two pods with the same labels are.
 * </ol>
 *
 * <p>Not thread safe; cheap to make, one for each world.
 */
public final class Oracle {
  private final World world;
  private final Cast cast;
  private final Ruling ruling;

  private Oracle(World world) {
    this.world = world;
    this.cast = new Cast(world);
    this.ruling = new Ruling(world, cast);
  }

  /** An oracle for one world. */
  public static Oracle of(World world) {
    return new Oracle(world);
  }

  /**
   * The verdict on a flow.
   *
   * @throws IllegalArgumentException when an end is a pod that the world does not have
   */
  public Answer judge(Flow flow) {
    return new Answer(
        side(Ruling.Direction.EGRESS, flow.from(), flow.to(), flow),
        side(Ruling.Direction.INGRESS, flow.to(), flow.from(), flow));
  }

  /** The labels of a pod that selectors see. */
  public LabelSet labels(World.Pod pod) {
    return cast.someone(pod).labels();
  }

  private Side side(Ruling.Direction direction, Flow.Party self, Flow.Party other, Flow flow) {
    Optional<World.Pod> subject = cast.pod(self);
    if (subject.isEmpty()) {
      return Side.OPEN;
    }
    World.Pod destination =
        direction == Ruling.Direction.INGRESS ? subject.get() : cast.pod(other).orElse(null);
    Ruling.Case theCase =
        new Ruling.Case(
            direction,
            cast.someone(subject.get()),
            cast.someone(other, subject.get()),
            destination,
            flow);
    List<Policy> enforcing = world.policies().stream().filter(one -> !one.audit()).toList();
    Side side = ruling.judge(theCase, enforcing);
    if (!side.passes()) {
      return subject.get().audit() ? audited(side, policies(side)) : side;
    }
    List<Policy> auditing = world.policies().stream().filter(Policy::audit).toList();
    Side staged = auditing.isEmpty() ? side : ruling.judge(theCase, world.policies());
    return staged.passes() ? side : audited(side, blamed(staged, auditing, theCase));
  }

  private static Side audited(Side side, List<String> policies) {
    return new Side(
        Verdict.AUDIT,
        side.why(),
        side.rules(),
        side.enforcedBy(),
        policies,
        side.needed(),
        side.near());
  }

  /** The auditing policies among those that drop it; where they only gave way, all that speak. */
  private List<String> blamed(Side staged, List<Policy> auditing, Ruling.Case theCase) {
    List<String> names = auditing.stream().map(one -> one.key().toString()).toList();
    List<String> dropping = policies(staged).stream().filter(names::contains).toList();
    return dropping.isEmpty() ? ruling.speakers(theCase, auditing) : dropping;
  }

  private static List<String> policies(Side side) {
    List<String> rules = side.rules().stream().map(rule -> rule.split("#", 2)[0]).toList();
    return (rules.isEmpty() ? side.enforcedBy() : rules).stream().sorted().distinct().toList();
  }
}
