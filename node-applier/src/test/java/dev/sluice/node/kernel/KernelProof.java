package dev.sluice.node.kernel;

import dev.sluice.core.cluster.ClusterRecord;
import dev.sluice.core.cluster.IdentityScope;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.node.KernelEntry;
import dev.sluice.core.oracle.Answer;
import dev.sluice.core.oracle.Flow;
import dev.sluice.core.oracle.Oracle;
import dev.sluice.core.oracle.World;
import dev.sluice.core.proof.Choices;
import dev.sluice.core.proof.CompiledWorld;
import dev.sluice.core.proof.Coverage;
import dev.sluice.core.proof.Flows;
import dev.sluice.core.proof.GeneratedWorld;
import dev.sluice.core.proof.Tape;
import dev.sluice.core.proof.WorldGenerator;
import dev.sluice.node.bpf.BpfMap;
import dev.sluice.node.bpf.TestRun;
import dev.sluice.node.bpf.TestRun.Context;
import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.config.Settings;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Generated worlds in the maps of a dataplane of its own, and their flows as packets through its
 * programs by {@code BPF_PROG_TEST_RUN}: what becomes of each must be what the oracle says. Every
 * pod of a node takes its turn on the one interface that every namespace has; the others of the
 * node are its neighbours. Needs root; leaves nothing behind.
 */
public final class KernelProof implements AutoCloseable {
  private static final int EACH_PAIR = 6;
  private static final int FIRST_SOURCE_PORT = 10_000;
  private static final int NEIGHBOURS = 100;
  private static final int DROP = 2;
  private static final int ICMP = 1;
  private static final int ICMPV6 = 58;
  private static final int SCTP = 132;

  private static final AtomicInteger PROOFS = new AtomicInteger();

  private final Settings settings;
  private final NodeDataplane dataplane;
  private final EndpointTable endpoints;
  private final EventReader events;
  private int epoch;
  private int sourcePort;

  public KernelProof() {
    String name = "slcproof" + ProcessHandle.current().pid() + "-" + PROOFS.incrementAndGet();
    settings = Settings.defaults().with(Setting.NODE_BPF_PATH, "/sys/fs/bpf/" + name);
    dataplane = NodeDataplane.open(settings);
    endpoints = dataplane.endpointTable();
    events = dataplane.events();
    dataplane.monitor(false);
    new DataplaneState(dataplane.map("slc_state")).routes(0, Lab.TUNNEL_PORT);
  }

  /** What is wrong with the kernel's verdicts in the world of a tape; empty for nothing. */
  public Optional<String> saysWhatTheOracleSays(Tape tape, Coverage coverage) {
    GeneratedWorld generated = WorldGenerator.make(Choices.of(tape.decisions()), coverage);
    CompiledWorld compiled = CompiledWorld.of(generated);
    World world = generated.world();
    Oracle oracle = Oracle.of(world);
    List<Flow> flows = Flows.of(world, EACH_PAIR);
    for (String node : compiled.nodes()) {
      Optional<String> wrong = node(node, compiled, flows, oracle, coverage);
      if (wrong.isPresent()) {
        return Optional.of(wrong.get() + "\n" + generated);
      }
    }
    return Optional.empty();
  }

  private Optional<String> node(
      String node, CompiledWorld compiled, List<Flow> flows, Oracle oracle, Coverage coverage) {
    clear();
    List<KernelEntry> entries = new ArrayList<>(compiled.node(node).wanted());
    entries.replaceAll(
        entry -> entry instanceof KernelEntry.PolicyEntry policy ? policy.withoutProxy() : entry);
    dataplane.putAll(entries);
    Map<IpAddress, Integer> identities = new HashMap<>();
    for (KernelEntry entry : entries) {
      if (entry instanceof KernelEntry.AddressEntry address) {
        identities.put(address.key().prefix().address(), address.identity());
      }
    }
    List<ClusterRecord.Endpoint> local =
        compiled.endpoints().stream().filter(one -> one.node().equals(node)).toList();
    Map<IpAddress, Integer> byAddress = new HashMap<>();
    for (ClusterRecord.Endpoint one : local) {
      put(one, NEIGHBOURS + (int) one.id());
      one.addresses().forEach(address -> byAddress.put(address, (int) one.id()));
    }
    for (ClusterRecord.Endpoint one : local) {
      remove(one);
      put(one, 1);
      for (Flow flow : flows) {
        IpAddress from = ((Flow.Party.Address) flow.from()).address();
        IpAddress to = ((Flow.Party.Address) flow.to()).address();
        boolean sends = one.addresses().contains(from);
        boolean receives = one.addresses().contains(to);
        if (!sends && !receives || !PolicyProbe.isForPolicies(flow.protocol(), flow.port())) {
          continue;
        }
        Answer wanted = oracle.judge(flow);
        if (!coverage.wants(wanted)) {
          continue;
        }
        boolean inside = byAddress.containsKey(to);
        if (sends) {
          coverage.seen(wanted);
          boolean passes = wanted.egress().passes() && (!inside || wanted.ingress().passes());
          if (run("slc_from_pod", packet(flow, from, to), Context.ARRIVED) != passes) {
            return Optional.of("from " + flow + " on " + node + " should be " + wanted);
          }
        }
        if (receives) {
          coverage.seen(wanted);
          boolean host = IdentityScope.isHost(identities.getOrDefault(from, 0));
          Packet packet = packet(flow, from, to).mac(Lab.HOST_MAC, Lab.POD_MAC);
          boolean passed = run("slc_to_pod", packet, host ? Context.LOCAL : Context.ARRIVED);
          if (passed != wanted.ingress().passes()) {
            return Optional.of("to " + flow + " on " + node + " should be " + wanted);
          }
        }
      }
      remove(one);
      put(one, NEIGHBOURS + (int) one.id());
    }
    local.forEach(this::remove);
    return Optional.empty();
  }

  private void put(ClusterRecord.Endpoint one, int hostInterface) {
    EndpointSpec spec =
        new EndpointSpec(
            (int) one.id(), one.identity(), one.addresses(), Lab.POD_MAC, Lab.HOST_MAC);
    endpoints.put(new EndpointState(hostInterface, spec, true, false, ++epoch));
  }

  private void remove(ClusterRecord.Endpoint one) {
    endpoints.find((int) one.id()).ifPresent(endpoints::remove);
  }

  private void clear() {
    for (String name : List.of("slc_policy", "slc_addr", "slc_prefix", "slc_ct", "slc_drops")) {
      BpfMap map = dataplane.map(name);
      map.keys().forEach(map::delete);
    }
    dataplane.shares().clear();
    events.drain(event -> {});
    sourcePort = FIRST_SOURCE_PORT;
  }

  private boolean run(String program, Packet packet, Context context) {
    return TestRun.once(dataplane.programFd(program), packet.bytes(), context).verdict() != DROP;
  }

  /** The first packet of a connection that never was before. */
  private Packet packet(Flow flow, IpAddress from, IpAddress to) {
    String source = from.toString();
    String destination = to.toString();
    int own = sourcePort++;
    return switch (flow.protocol()) {
      case ICMP, ICMPV6 -> Packet.icmp(source, destination, flow.port(), 0, own << 16);
      case SCTP ->
          Packet.ip(
              source,
              destination,
              SCTP,
              java.nio.ByteBuffer.allocate(12)
                  .putShort((short) own)
                  .putShort((short) flow.port())
                  .array());
      case Packet.UDP -> Packet.udp(source, own, destination, flow.port());
      default -> Packet.tcp(source, own, destination, flow.port()).syn();
    };
  }

  @Override
  public void close() {
    events.close();
    dataplane.close();
    NodeDataplane.destroy(settings);
  }
}
