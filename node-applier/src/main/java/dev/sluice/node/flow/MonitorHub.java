package dev.sluice.node.flow;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import dev.sluice.core.net.IpAddress;
import dev.sluice.node.control.MonitorStream;
import dev.sluice.node.kernel.KernelEvent;
import dev.sluice.schemas.Flow;
import dev.sluice.schemas.FlowPeer;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/**
 * Who listens to single packets and messages. The kernel reports packets only while somebody
 * listens to them: the first such listener switches that on, the last one off.
 */
public final class MonitorHub {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String MESSAGES = "l7";
  private static final String[] FLAGS = {"FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"};

  private final Map<MonitorStream, Set<String>> listeners = new ConcurrentHashMap<>();
  private final Consumer<Boolean> kernelSwitch;
  private final IntFunction<String> interfaces;
  private final Attributions attributions;

  /**
   * @param kernelSwitch whether programs report every packet
   * @param interfaces name of a link of the node by its index; empty when unknown
   */
  public MonitorHub(
      Consumer<Boolean> kernelSwitch, IntFunction<String> interfaces, Attributions attributions) {
    this.kernelSwitch = kernelSwitch;
    this.interfaces = interfaces;
    this.attributions = attributions;
  }

  /** A listener; closing the stream ends it. */
  public synchronized MonitorStream listen(Set<String> types) {
    MonitorStream[] self = new MonitorStream[1];
    self[0] = new MonitorStream(() -> leave(self[0]));
    boolean before = toPackets();
    listeners.put(self[0], types);
    if (toPackets() && !before) {
      kernelSwitch.accept(true);
    }
    return self[0];
  }

  private synchronized void leave(MonitorStream stream) {
    boolean before = toPackets();
    listeners.remove(stream);
    if (before && !toPackets()) {
      kernelSwitch.accept(false);
    }
  }

  /** Whether anybody listens to what the kernel sees; messages are told by the proxies. */
  private boolean toPackets() {
    return listeners.values().stream().anyMatch(types -> !types.equals(Set.of(MESSAGES)));
  }

  /** Tells the listeners of an event. */
  void take(KernelEvent event) {
    if (listeners.isEmpty()) {
      return;
    }
    String type = type(event.type());
    tell(type, () -> line(type, event));
  }

  /** Tells the listeners of a message that a proxy saw. */
  void take(Flow message) {
    if (!listeners.isEmpty() && message.getL7() != null) {
      tell(MESSAGES, () -> line(message));
    }
  }

  private void tell(String type, Supplier<String> text) {
    String line = null;
    for (Map.Entry<MonitorStream, Set<String>> listener : listeners.entrySet()) {
      if (listener.getValue().contains(type)) {
        line = line == null ? text.get() : line;
        listener.getKey().offer(line);
      }
    }
  }

  private static String type(KernelEvent.Type type) {
    return switch (type) {
      case DROP -> "drop";
      case CONNECTION_START, POLICY_VERDICT -> "policy-verdict";
      case CONNECTION_END, TRACE -> "trace";
    };
  }

  private String line(String type, KernelEvent event) {
    ObjectNode json = JSON.createObjectNode();
    json.put("type", type);
    json.put("time", event.timeNanos() / 1_000);
    json.put("reason", event.reason());
    json.put("reasonText", event.reason() == 0 ? "" : DropReasons.text(event.reason()));
    json.put("sourceIdentity", event.sourceIdentity());
    json.put("destinationIdentity", event.destinationIdentity());
    json.put("source", socket(event.source(), event.sourcePort()));
    json.put("destination", socket(event.destination(), event.destinationPort()));
    json.put("protocol", protocol(event.protocol()));
    json.put("flags", flags(event.tcpFlags()));
    json.put("endpoint", Integer.toUnsignedLong(event.endpoint()));
    Attribution by = attributions.of(event);
    json.put("direction", by.direction().name().toLowerCase(java.util.Locale.ROOT));
    json.put("action", event.reason() != 0 ? "deny" : by.audited() ? "audit" : "allow");
    by.allowedBy().forEach(json.putArray("allowedBy")::add);
    by.deniedBy().forEach(json.putArray("deniedBy")::add);
    json.put("needed", by.needed());
    json.put("interface", interfaces.apply(event.interfaceIndex()));
    json.put("count", event.count());
    return json.toString();
  }

  private static String line(Flow message) {
    FlowPeer pod =
        Boolean.TRUE.equals(message.getReply()) ? message.getDestination() : message.getSource();
    ObjectNode json = JSON.createObjectNode();
    json.put("type", MESSAGES);
    json.put("time", System.nanoTime() / 1_000); // the kernel's events have the same clock
    json.put("reason", message.getDropReason());
    json.put("reasonText", message.getDropReasonText());
    json.put("sourceIdentity", message.getSource().getIdentity());
    json.put("destinationIdentity", message.getDestination().getIdentity());
    json.put("source", socket(IpAddress.parse(message.getSourceIp()), message.getSourcePort()));
    json.put(
        "destination",
        socket(IpAddress.parse(message.getDestinationIp()), message.getDestinationPort()));
    json.put("protocol", protocol(message.getProtocol()));
    json.put("endpoint", pod.getEndpoint());
    json.put("direction", message.getDirection().name().toLowerCase(java.util.Locale.ROOT));
    json.put("verdict", message.getVerdict().name());
    message.getAllowedBy().forEach(json.putArray("allowedBy")::add);
    message.getDeniedBy().forEach(json.putArray("deniedBy")::add);
    json.putRawValue("l7", new RawValue(message.getL7()));
    return json.toString();
  }

  private static String socket(IpAddress ip, int port) {
    if (port == 0) {
      return ip.toString();
    }
    return ip.v6() ? "[" + ip + "]:" + port : ip + ":" + port;
  }

  private static String protocol(int number) {
    return switch (number) {
      case 1 -> "icmp";
      case 6 -> "tcp";
      case 17 -> "udp";
      case 58 -> "icmpv6";
      case 132 -> "sctp";
      default -> Integer.toString(number);
    };
  }

  private static String flags(int flags) {
    StringBuilder text = new StringBuilder();
    for (int bit = 0; bit < FLAGS.length; bit++) {
      if ((flags & 1 << bit) != 0) {
        text.append(text.isEmpty() ? "" : ", ").append(FLAGS[bit]);
      }
    }
    return text.toString();
  }
}
