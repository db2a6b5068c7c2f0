package dev.sluice.node.kernel;

import dev.sluice.core.cluster.ReservedIdentity;
import dev.sluice.core.desired.IcmpType;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.node.KernelEntry;
import dev.sluice.core.node.KernelEntry.Direction;
import dev.sluice.node.bpf.BpfMap;
import dev.sluice.node.bpf.KernelSupport;
import dev.sluice.node.bpf.TestRun;
import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.config.Settings;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;

/**
 * Asks the kernel's own programs what policy entries say: they run on a packet by {@code
 * BPF_PROG_TEST_RUN}, over maps of their own, without an interface. The subject is the pod under
 * test, its peer an address with the peer's identity. Needs root; leaves nothing behind. For one
 * thread.
 */
public final class PolicyProbe implements AutoCloseable {
  private static final MacAddress POD_MAC = MacAddress.parse("02:00:00:00:00:02");
  private static final MacAddress HOST_MAC = MacAddress.parse("02:00:00:00:00:01");
  private static final IpAddress POD = IpAddress.parse("10.0.1.10");
  private static final IpAddress POD6 = IpAddress.parse("fd00:10:0:1::10");
  private static final IpAddress PEER = IpAddress.parse("198.51.100.7");
  private static final IpAddress PEER6 = IpAddress.parse("2001:db8::7");

  private static final int ICMP = 1;
  private static final int TCP = 6;
  private static final int UDP = 17;
  private static final int ICMPV6 = 58;
  private static final int SCTP = 132;
  private static final int SYN = 0x02;
  private static final int SCTP_INIT = 1;

  private static final int DROPPED = 2;
  private static final int DROP_POLICY = 133;
  private static final int DROP_DENY_RULE = 181;

  private static final int CONNECTIONS = 4096;
  private static final int FIRST_SOURCE_PORT = 20_000;
  private static final int QUESTIONS_A_ROUND = 1000;

  private static final Set<Integer> NEIGHBOUR_DISCOVERY = Set.of(133, 134, 135, 136, 137);

  private final Settings settings;
  private final NodeDataplane dataplane;
  private final EndpointTable endpoints;
  private final EventReader events;
  private int asked;
  private int dropReason;

  private PolicyProbe(Settings settings) {
    this.settings = settings;
    this.dataplane = NodeDataplane.open(settings);
    this.endpoints = dataplane.endpointTable();
    this.events = dataplane.events();
  }

  /**
   * A probe of these entries; those that are no policy entries are left out.
   *
   * @throws dev.sluice.node.bpf.BpfException when the machine cannot run it, in a sentence
   */
  public static PolicyProbe open(Collection<? extends KernelEntry> entries) {
    KernelSupport.check();
    List<KernelEntry> policy = new ArrayList<>();
    for (KernelEntry entry : entries) {
      if (entry instanceof KernelEntry.PolicyEntry one) {
        policy.add(one.withoutProxy());
      }
    }
    String name = "slcprobe" + ProcessHandle.current().pid();
    Settings settings =
        Settings.defaults()
            .with(Setting.NODE_BPF_PATH, "/sys/fs/bpf/" + name)
            .with(Setting.NODE_POLICY_ENTRIES, Math.max(policy.size(), CONNECTIONS))
            .with(Setting.NODE_CT_ENTRIES, CONNECTIONS)
            .with(Setting.NODE_CT_ENDPOINT_SHARE, 100);
    PolicyProbe probe = new PolicyProbe(settings);
    try {
      probe.dataplane.putAll(policy);
      return probe;
    } catch (RuntimeException e) {
      probe.close();
      throw e;
    }
  }

  /**
   * Whether the kernel asks policies about traffic. Errors of ICMP pass with the connection that
   * they are about, neighbour discovery is the link's.
   *
   * @param port as in {@link #allows}
   */
  public static boolean isForPolicies(int protocol, int port) {
    boolean neighbours = protocol == ICMPV6 && NEIGHBOUR_DISCOVERY.contains(port);
    return !neighbours && !IcmpType.isError(protocol, port);
  }

  /**
   * Whether the kernel lets the first packet of a connection through.
   *
   * @param subject identity whose policy is asked
   * @param direction seen from the subject
   * @param peer identity of the other side
   * @param protocol IP protocol number: TCP, UDP, SCTP, ICMP or ICMPv6
   * @param port of the destination; the type for ICMP, one that is {@link #isForPolicies}
   * @throws IllegalStateException when it is dropped for another reason than policy
   */
  public boolean allows(int subject, Direction direction, int peer, int protocol, int port) {
    if (asked++ % QUESTIONS_A_ROUND == 0) {
      empty("slc_ct");
      dataplane.shares().clear();
    }
    boolean v6 = protocol == ICMPV6;
    IpAddress self = v6 ? POD6 : POD;
    IpAddress other = v6 ? PEER6 : PEER;
    EndpointSpec spec = new EndpointSpec(1, subject, List.of(POD, POD6), POD_MAC, HOST_MAC);
    endpoints.put(new EndpointState(1, spec, true, false, asked));
    dataplane.put(
        new KernelEntry.AddressEntry(new KernelEntry.AddressKey(other.single()), peer, null));
    boolean egress = direction == Direction.EGRESS;
    ByteBuffer frame = ByteBuffer.allocate(256);
    frame.put((egress ? HOST_MAC : POD_MAC).bytes()).put((egress ? POD_MAC : HOST_MAC).bytes());
    ip(frame, egress ? self : other, egress ? other : self, protocol, body(protocol, port));
    byte[] packet = new byte[frame.position()];
    frame.flip().get(packet);
    boolean ownNode = peer == ReservedIdentity.HOST.number();
    TestRun.Result result =
        TestRun.once(
            dataplane.programFd(egress ? "slc_from_pod" : "slc_to_pod"),
            packet,
            ownNode && !egress ? TestRun.Context.LOCAL : TestRun.Context.ARRIVED);
    dropReason = 0;
    events.drain(this::told);
    if (result.verdict() != DROPPED) {
      return true;
    }
    if (dropReason != DROP_POLICY && dropReason != DROP_DENY_RULE) {
      throw new IllegalStateException("dropped for reason " + dropReason + ", which is not policy");
    }
    empty("slc_drops"); // or the next one would only be counted
    return false;
  }

  private void told(KernelEvent event) {
    if (event.type() == KernelEvent.Type.DROP) {
      dropReason = event.reason();
    }
  }

  private void empty(String... names) {
    for (String name : names) {
      BpfMap map = dataplane.map(name);
      map.keys().forEach(map::delete);
    }
  }

  private byte[] body(int protocol, int port) {
    int source = FIRST_SOURCE_PORT + asked % QUESTIONS_A_ROUND;
    ByteBuffer body = ByteBuffer.allocate(32);
    switch (protocol) {
      case TCP -> {
        body.putShort((short) source).putShort((short) port).putInt(1).putInt(0);
        body.put((byte) 0x50).put((byte) SYN);
      }
      case UDP -> body.putShort((short) source).putShort((short) port).putShort((short) 32);
      case SCTP -> {
        body.putShort((short) source).putShort((short) port).putLong(0);
        body.put((byte) SCTP_INIT).put((byte) 0).putShort((short) 20);
      }
      case ICMP, ICMPV6 ->
          body.put((byte) port).put((byte) 0).putShort((short) 0).putShort((short) source);
      default -> throw new IllegalArgumentException("no packet is made of protocol " + protocol);
    }
    return body.array();
  }

  private static void ip(
      ByteBuffer frame, IpAddress source, IpAddress destination, int protocol, byte[] body) {
    if (source.v6()) {
      frame.putShort((short) 0x86dd).putInt(0x60000000).putShort((short) body.length);
      frame.put((byte) protocol).put((byte) 64);
      frame.put(source.mapped()).put(destination.mapped());
    } else {
      frame.putShort((short) 0x0800).put((byte) 0x45).put((byte) 0);
      frame.putShort((short) (20 + body.length)).putInt(0);
      frame.put((byte) 64).put((byte) protocol).putShort((short) 0);
      frame.put(source.mapped(), 12, 4).put(destination.mapped(), 12, 4);
    }
    frame.put(body);
  }

  @Override
  public void close() {
    events.close();
    dataplane.close();
    NodeDataplane.destroy(settings);
  }
}
