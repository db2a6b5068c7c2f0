package dev.sluice.node.proxy.dns;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.sluice.core.dns.DnsType;
import dev.sluice.core.net.IpAddress;
import dev.sluice.node.flow.FlowReader;
import dev.sluice.node.flow.PeerBook;
import dev.sluice.node.proxy.dns.DnsSeen.Outcome;
import dev.sluice.node.proxy.socket.Peer;
import dev.sluice.schemas.Flow;
import dev.sluice.schemas.FlowKind;
import dev.sluice.schemas.TrafficDirection;
import dev.sluice.schemas.Verdict;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/** DNS messages as flows, with Hubble's {@code l7.dns}. Any thread. */
public final class DnsFlows {
  private static final JsonFactory JSON = new JsonFactory();
  private static final int POLICY_DENIED = 133;

  private final String node;
  private final PeerBook peers;
  private final FlowReader out;
  private final Clock clock;

  /** A random id's two halves; each flow has the next. */
  private final long uuidHigh;

  private final AtomicLong uuidLow;

  public DnsFlows(String node, PeerBook peers, FlowReader out, Clock clock) {
    this.node = node;
    this.peers = peers;
    this.out = out;
    this.clock = clock;
    UUID first = UUID.randomUUID();
    this.uuidHigh = first.getMostSignificantBits();
    this.uuidLow = new AtomicLong(first.getLeastSignificantBits());
  }

  /** Writes one down. */
  public void seen(DnsSeen message) {
    if (message.question() == null) {
      return; // counted; nothing of it can be told
    }
    if (message.outcome() == Outcome.ANSWERED && message.rules().trusted()) {
      String name = message.lesson().name();
      message.lesson().ttlSeconds().keySet().forEach(address -> peers.learned(address, name));
    }
    Instant time = clock.instant().truncatedTo(ChronoUnit.MICROS);
    out.offer(() -> flow(message, time));
  }

  Flow flow(DnsSeen message, Instant time) {
    boolean answer = message.lesson() != null;
    boolean refused = message.outcome() == Outcome.REFUSED;
    FlowRules rules = message.rules();
    Peer from = answer ? message.server() : message.client();
    Peer to = answer ? message.client() : message.server();
    int fromIdentity = answer ? rules.serverIdentity() : rules.identity();
    int toIdentity = answer ? rules.identity() : rules.serverIdentity();
    Flow flow = new Flow(); // a builder copies every default
    flow.setTime(time);
    flow.setUuid(new UUID(uuidHigh, uuidLow.getAndIncrement()).toString());
    flow.setNode(node);
    flow.setKind(FlowKind.L7);
    flow.setVerdict(
        refused
            ? Verdict.DROPPED
            : message.outcome().isFailure() ? Verdict.ERROR : Verdict.FORWARDED);
    flow.setDropReason(refused ? POLICY_DENIED : 0);
    flow.setDropReasonText(refused ? "POLICY_DENIED" : "");
    flow.setDirection(TrafficDirection.EGRESS);
    flow.setCount(1);
    flow.setIpVersion(from.address().v6() ? 6 : 4);
    flow.setSourceIp(from.address().toString());
    flow.setDestinationIp(to.address().toString());
    flow.setProtocol(message.protocol());
    flow.setSourcePort(from.port());
    flow.setDestinationPort(to.port());
    flow.setReply(answer);
    flow.setSource(peers.peer(from.address(), fromIdentity, answer ? 0 : rules.endpoint()));
    flow.setDestination(peers.peer(to.address(), toIdentity, answer ? rules.endpoint() : 0));
    flow.setAllowedBy(refused ? List.of() : rules.questions().origins());
    flow.setDeniedBy(refused ? rules.questions().origins() : List.of());
    flow.setInterface$("");
    flow.setService("");
    flow.setPosition(-1);
    flow.setL7(l7(message, answer));
    flow.setDialled("");
    flow.setNeeded("");
    return flow;
  }

  private static String l7(DnsSeen message, boolean answer) {
    StringWriter text = new StringWriter(256);
    try (JsonGenerator l7 = JSON.createGenerator(text)) {
      l7.writeStartObject();
      l7.writeStringField("type", answer ? "RESPONSE" : "REQUEST");
      if (answer) {
        l7.writeStringField("latency_ns", Long.toString(message.latencyNanos()));
      }
      l7.writeObjectFieldStart("dns");
      String name = message.question().name();
      l7.writeStringField("query", name.equals(".") ? name : name + ".");
      if (answer) {
        answered(l7, message);
      }
      l7.writeStringField("observation_source", "proxy");
      l7.writeArrayFieldStart("qtypes");
      l7.writeString(DnsType.text(message.question().type()));
      l7.writeEndArray();
      if (answer) {
        l7.writeArrayFieldStart("rrtypes");
        for (int type : message.types()) {
          l7.writeString(DnsType.text(type));
        }
        l7.writeEndArray();
      }
      l7.writeEndObject();
      l7.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("text cannot be written", e);
    }
    return text.toString();
  }

  private static void answered(JsonGenerator l7, DnsSeen message) throws IOException {
    l7.writeArrayFieldStart("ips");
    long least = Long.MAX_VALUE;
    for (Map.Entry<IpAddress, Long> each : message.lesson().ttlSeconds().entrySet()) {
      l7.writeString(each.getKey().toString());
      least = Math.min(least, each.getValue());
    }
    l7.writeEndArray();
    if (least != Long.MAX_VALUE) {
      l7.writeNumberField("ttl", least);
    }
    l7.writeArrayFieldStart("cnames");
    for (String alias : message.lesson().aliases()) {
      l7.writeString(alias + ".");
    }
    l7.writeEndArray();
    l7.writeNumberField("rcode", message.rcode());
  }
}
