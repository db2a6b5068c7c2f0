package dev.sluice.cli.ask;

import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.node.KernelEntry.Direction;
import dev.sluice.core.oracle.Answer;
import dev.sluice.core.oracle.Flow;
import dev.sluice.core.oracle.Oracle;
import dev.sluice.core.oracle.Request;
import dev.sluice.core.oracle.World;
import dev.sluice.core.oracle.WorldReader;
import dev.sluice.core.policy.EnforcementMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/** Reads the verdict out of the policies' words, without compiling anything. */
final class OracleEngine implements Engine {
  private final Oracle oracle;
  private final Request request;

  /**
   * @param mechanisms what the nodes can look into
   * @param request what is said; null when that is not known
   */
  OracleEngine(
      OfflineWorld world, Parties parties, Set<World.Mechanism> mechanisms, Request request) {
    Map<ObjectKey, Map<String, Object>> objects = new TreeMap<>();
    for (ObjectEvent event : world.events()) {
      if (event.type() == ObjectEvent.Type.ADDED) {
        objects.put(event.key(), event.body());
      }
    }
    List<World.Learnt> learnt = new ArrayList<>();
    parties
        .names()
        .forEach(
            (name, addresses) ->
                addresses.forEach(address -> learnt.add(new World.Learnt(name, address))));
    World.Settings settings =
        new World.Settings(World.Settings.DEFAULT.cluster(), EnforcementMode.DEFAULT, mechanisms);
    this.oracle = Oracle.of(WorldReader.read(objects, settings, learnt));
    this.request = request;
  }

  @Override
  public boolean allows(Direction direction, Party subject, Party peer, Traffic traffic) {
    return side(direction, subject, peer, traffic).passes();
  }

  /** One side's answer; of several addresses of the peer that of the first which does not pass. */
  Answer.Side side(Direction direction, Party subject, Party peer, Traffic traffic) {
    if (peer.isPod()) {
      return side(direction, subject, party(peer.pod().namespace(), peer.pod().pod()), traffic);
    }
    Answer.Side first = null;
    for (IpAddress address : peer.addresses()) {
      Answer.Side side = side(direction, subject, party(address), traffic);
      if (!side.passes()) {
        return side;
      }
      first = first == null ? side : first;
    }
    return first;
  }

  private Answer.Side side(Direction direction, Party subject, Flow.Party peer, Traffic traffic) {
    Flow.Party self = party(subject.pod().namespace(), subject.pod().pod());
    boolean egress = direction == Direction.EGRESS;
    Answer answer =
        oracle.judge(
            new Flow(
                egress ? self : peer,
                egress ? peer : self,
                traffic.number(),
                traffic.port(),
                request));
    return egress ? answer.egress() : answer.ingress();
  }

  private static Flow.Party party(String namespace, String name) {
    return new Flow.Party.Pod(namespace, name);
  }

  private static Flow.Party party(IpAddress address) {
    return new Flow.Party.Address(address);
  }

  @Override
  public void close() {}
}
