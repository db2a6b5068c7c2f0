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
    Side staged = side;
    if (side.passes() && enforcing.size() < world.policies().size()) {
      staged = ruling.judge(theCase, world.policies());
    }
    if (side.passes() && !staged.passes()) {
      return audited(side, auditing(staged));
    }
    return !side.passes() && subject.get().audit() ? audited(side, policies(side)) : side;
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

  private List<String> auditing(Side staged) {
    List<String> audit =
        world.policies().stream().filter(Policy::audit).map(p -> p.key().toString()).toList();
    return policies(staged).stream().filter(audit::contains).toList();
  }

  private static List<String> policies(Side side) {
    List<String> rules = side.rules().stream().map(rule -> rule.split("#", 2)[0]).toList();
    return (rules.isEmpty() ? side.enforcedBy() : rules).stream().sorted().distinct().toList();
  }
}
