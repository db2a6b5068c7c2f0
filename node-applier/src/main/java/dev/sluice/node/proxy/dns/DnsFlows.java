package dev.sluice.node.proxy.dns;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.core.dns.DnsType;
import dev.sluice.node.flow.FlowReader;
import dev.sluice.node.flow.PeerBook;
import dev.sluice.node.proxy.dns.DnsSeen.Outcome;
import dev.sluice.node.proxy.socket.Peer;
import dev.sluice.schemas.Flow;
import dev.sluice.schemas.FlowKind;
import dev.sluice.schemas.TrafficDirection;
import dev.sluice.schemas.Verdict;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;

/** DNS messages as flows, with Hubble's {@code l7.dns}. Any thread. */
public final class DnsFlows {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final int POLICY_DENIED = 133;

  private final String node;
  private final PeerBook peers;
  private final FlowReader out;
  private final Clock clock;

  public DnsFlows(String node, PeerBook peers, FlowReader out, Clock clock) {
    this.node = node;
    this.peers = peers;
    this.out = out;
    this.clock = clock;
  }

  /** Writes one down. */
  public void seen(DnsSeen message) {
    if (message.question() == null) {
      return; // counted; nothing of it can be told
    }
    Instant time = clock.instant().truncatedTo(ChronoUnit.MICROS);
    out.offer(() -> flow(message, time));
  }

  private Flow flow(DnsSeen message, Instant time) {
    boolean answer = message.lesson() != null;
    boolean refused = message.outcome() == Outcome.REFUSED;
    FlowRules rules = message.rules();
    Peer from = answer ? message.server() : message.client();
    Peer to = answer ? message.client() : message.server();
    int fromIdentity = answer ? rules.serverIdentity() : rules.identity();
    int toIdentity = answer ? rules.identity() : rules.serverIdentity();
    Flow.Builder flow = Flow.newBuilder();
    flow.setTime(time);
    flow.setUuid(UUID.randomUUID().toString());
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
    return flow.build();
  }

  private static String l7(DnsSeen message, boolean answer) {
    ObjectNode l7 = JSON.createObjectNode();
    l7.put("type", answer ? "RESPONSE" : "REQUEST");
    if (answer) {
      l7.put("latency_ns", Long.toString(message.latencyNanos()));
    }
    ObjectNode dns = l7.putObject("dns");
    String name = message.question().name();
    dns.put("query", name.equals(".") ? name : name + ".");
    if (answer) {
      ArrayNode ips = dns.putArray("ips");
      message.lesson().ttlSeconds().keySet().forEach(address -> ips.add(address.toString()));
      message.lesson().ttlSeconds().values().stream()
          .mapToLong(Long::longValue)
          .min()
          .ifPresent(ttl -> dns.put("ttl", ttl));
      ArrayNode cnames = dns.putArray("cnames");
      message.lesson().aliases().forEach(alias -> cnames.add(alias + "."));
      dns.put("rcode", message.rcode());
    }
    dns.put("observation_source", "proxy");
    dns.putArray("qtypes").add(DnsType.text(message.question().type()));
    if (answer) {
      ArrayNode types = dns.putArray("rrtypes");
      message.types().forEach(type -> types.add(DnsType.text(type)));
    }
    return l7.toString();
  }
}
