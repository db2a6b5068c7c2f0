package dev.sluice.cli.ask;

import dev.sluice.cli.Refusal;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.node.KernelEntry.Direction;
import dev.sluice.node.bpf.BpfException;
import dev.sluice.node.kernel.PolicyProbe;
import java.util.HashMap;
import java.util.Map;

/** Lets the kernel's program judge a packet, over maps that hold what a node would write. */
final class KernelEngine implements Engine {
  private record Question(int subject, Direction direction, int peer, int protocol, int port) {}

  private final OfflineWorld world;
  private final PolicyProbe probe;

  /** Pods with one identity get one answer. */
  private final Map<Question, Boolean> answers = new HashMap<>();

  /**
   * @throws Refusal when this machine or user cannot load programs
   */
  KernelEngine(OfflineWorld world) {
    this.world = world;
    try {
      this.probe = PolicyProbe.open(world.node().wanted());
    } catch (BpfException e) {
      throw new Refusal("The kernel cannot be asked: " + e.getMessage(), e);
    }
  }

  @Override
  public boolean allows(Direction direction, Party subject, Party peer, Traffic traffic) {
    if (peer.isPod()) {
      return ask(direction, subject, peer.pod().identity(), traffic);
    }
    for (IpAddress address : peer.addresses()) {
      if (!ask(direction, subject, world.identity(address, subject.pod()), traffic)) {
        return false;
      }
    }
    return true;
  }

  private boolean ask(Direction direction, Party subject, int peer, Traffic traffic) {
    if (!PolicyProbe.isForPolicies(traffic.number(), traffic.port())) {
      throw new Refusal(
          traffic
              + ": the kernel asks no policy about errors of ICMP, which pass with the connection"
              + " they are about, nor about neighbour discovery; leave it out, or ask --engine"
              + " compiled what policies say");
    }
    return answers.computeIfAbsent(
        new Question(subject.pod().identity(), direction, peer, traffic.number(), traffic.port()),
        question ->
            probe.allows(question.subject, direction, peer, question.protocol, question.port));
  }

  @Override
  public void close() {
    probe.close();
  }
}
