package dev.sluice.node.flow;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.core.net.IpAddress;
import dev.sluice.node.control.MonitorStream;
import dev.sluice.node.kernel.KernelEvent;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import java.util.function.IntFunction;

/**
 * Who listens to single packets. The kernel reports them only while somebody does: the first
 * listener switches that on, the last one off.
 */
public final class MonitorHub {
  private static final ObjectMapper JSON = new ObjectMapper();
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
    listeners.put(self[0], types);
    if (listeners.size() == 1) {
      kernelSwitch.accept(true);
    }
    return self[0];
  }

  private synchronized void leave(MonitorStream stream) {
    if (listeners.remove(stream) != null && listeners.isEmpty()) {
      kernelSwitch.accept(false);
    }
  }

  /** Tells the listeners of an event. */
  void take(KernelEvent event) {
    if (listeners.isEmpty()) {
      return;
    }
    String type = type(event.type());
    String line = null;
    for (Map.Entry<MonitorStream, Set<String>> listener : listeners.entrySet()) {
      if (listener.getValue().contains(type)) {
        line = line == null ? line(type, event) : line;
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
