package dev.sluice.node.flow;

import dev.sluice.core.desired.ServiceRow;
import dev.sluice.core.node.KernelEntry.Direction;
import dev.sluice.core.service.LbEntry;
import dev.sluice.node.kernel.KernelEvent;
import dev.sluice.node.mirror.Place;
import dev.sluice.schemas.Flow;
import dev.sluice.schemas.FlowKind;
import dev.sluice.schemas.TrafficDirection;
import dev.sluice.schemas.Verdict;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/**
 * Makes a flow of an event: who was behind the addresses, and which policies decided. Knows no
 * clock: {@link #wallClock} is told how the kernel's clock relates to the calendar. One thread.
 */
public final class FlowEnricher {
  private static final int ICMP = 1;
  private static final int ICMP6 = 58;

  private final String node;
  private final PeerBook peers;
  private final Attributions attributions;
  private final Supplier<Place> realised;
  private final IntFunction<String> interfaces;
  private final long uuidHigh;
  private long uuidLow;
  private long wallMinusKernelNanos;

  /**
   * @param realised what the node enforces, as of now
   * @param interfaces name of a link of the node by its index; empty when unknown
   * @param incarnation makes the flows' ids differ from those of earlier processes
   */
  public FlowEnricher(
      String node,
      PeerBook peers,
      Attributions attributions,
      Supplier<Place> realised,
      IntFunction<String> interfaces,
      long incarnation) {
    this.node = node;
    this.peers = peers;
    this.attributions = attributions;
    this.realised = realised;
    this.interfaces = interfaces;
    this.uuidHigh = (incarnation & ~0xf000L) | 0x4000L;
    this.uuidLow = 0x8000_0000_0000_0000L | ((long) node.hashCode() & 0x3fffL) << 48;
  }

  /**
   * @param wallNanos the calendar's time, ns since 1970, when the kernel's clock was {@code
   *     kernelNanos}
   */
  public void wallClock(long wallNanos, long kernelNanos) {
    wallMinusKernelNanos = wallNanos - kernelNanos;
  }

  /**
   * A flow of one event.
   *
   * @param count how many packets it stands for
   * @param firstNanos kernel's time of the first of them; 0 when it is the only one
   */
  public Flow flow(KernelEvent event, long count, long firstNanos) {
    Place place = realised.get();
    boolean icmp = event.protocol() == ICMP || event.protocol() == ICMP6;
    Flow flow = new Flow();
    flow.setTime(time(event.timeNanos()));
    flow.setFirstTime(firstNanos == 0 ? null : time(firstNanos));
    flow.setUuid(new UUID(uuidHigh, uuidLow++).toString());
    flow.setNode(node);
    flow.setKind(kind(event.type()));
    flow.setVerdict(event.reason() == 0 ? Verdict.FORWARDED : Verdict.DROPPED);
    flow.setDropReason(event.reason());
    flow.setDropReasonText(event.reason() == 0 ? "" : DropReasons.text(event.reason()));
    flow.setCount(count);
    flow.setIpVersion(event.source().v6() ? 6 : 4);
    flow.setSourceIp(event.source().toString());
    flow.setDestinationIp(event.destination().toString());
    flow.setProtocol(event.protocol());
    flow.setSourcePort(icmp ? 0 : event.sourcePort());
    flow.setDestinationPort(icmp ? 0 : event.destinationPort());
    flow.setIcmpType(event.icmpType());
    flow.setIcmpCode(event.icmpCode());
    flow.setTcpFlags(event.tcpFlags());
    flow.setReply(event.reason() == 0 ? event.reply() : null); // hubble leaves it out of drops
    flow.setSource(
        peers.peer(event.source(), event.sourceIdentity(), local(event, Direction.EGRESS)));
    flow.setDestination(
        peers.peer(
            event.destination(), event.destinationIdentity(), local(event, Direction.INGRESS)));
    decide(flow, event);
    flow.setRevision(place.revision());
    flow.setPosition(place.position());
    flow.setPackets(event.packets() + event.replyPackets());
    flow.setBytes(event.bytes() + event.replyBytes());
    flow.setInterface$(interfaces.apply(event.interfaceIndex()));
    Optional<ServiceRow.Frontend> dialled = peers.frontend(event.service());
    flow.setService(dialled.map(ServiceRow.Frontend::service).orElse(""));
    flow.setDialled(dialled.map(FlowEnricher::address).orElse(""));
    return flow;
  }

  private static String address(ServiceRow.Frontend frontend) {
    return new LbEntry.Target(frontend.address(), frontend.port()).toString();
  }

  /** The direction that decided, and by which rules. */
  private void decide(Flow flow, KernelEvent event) {
    Attribution by = attributions.of(event);
    flow.setDirection(
        by.direction() == Direction.INGRESS ? TrafficDirection.INGRESS : TrafficDirection.EGRESS);
    if (by.audited()) {
      flow.setVerdict(Verdict.AUDIT);
    }
    flow.setAllowedBy(by.allowedBy());
    flow.setDeniedBy(by.deniedBy());
    flow.setPolicyMatch(by.match());
    flow.setNeeded(by.needed());
  }

  /** The local endpoint at one end; 0 when that end was not judged here. */
  private static long local(KernelEvent event, Direction direction) {
    // A reply travels against its connection: the end that it leaves is judged for ingress.
    boolean same = event.direction() == direction;
    return Integer.toUnsignedLong(same ? event.endpoint() : event.otherEndpoint());
  }

  private static FlowKind kind(KernelEvent.Type type) {
    return switch (type) {
      case CONNECTION_START -> FlowKind.START;
      case CONNECTION_END -> FlowKind.END;
      case DROP -> FlowKind.DROP;
      case TRACE, POLICY_VERDICT -> FlowKind.TRACE;
    };
  }

  private Instant time(long kernelNanos) {
    long wall = kernelNanos + wallMinusKernelNanos;
    return Instant.ofEpochSecond(
        Math.floorDiv(wall, 1_000_000_000L),
        TimeUnit.MICROSECONDS.toNanos(Math.floorMod(wall, 1_000_000_000L) / 1_000));
  }

  /** The record's key: one connection has one key, whichever way its packets go. */
  public static String key(Flow flow) {
    String a = flow.getSourceIp() + " " + flow.getSourcePort();
    String b = flow.getDestinationIp() + " " + flow.getDestinationPort();
    return flow.getProtocol() + (a.compareTo(b) <= 0 ? " " + a + " " + b : " " + b + " " + a);
  }
}
