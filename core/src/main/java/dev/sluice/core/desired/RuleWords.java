package dev.sluice.core.desired;

import dev.sluice.core.desired.DesiredRecord.CompiledRule;
import dev.sluice.core.net.Prefix;
import dev.sluice.core.policy.PortProtocol;
import java.util.ArrayList;
import java.util.List;

/** Rules, peers and ports in the words that people read. Stateless. */
public final class RuleWords {
  private static final String NAMESPACE = "k8s:io.kubernetes.pod.namespace=";
  private static final String CIDR = "cidr:";
  private static final int LAST_PORT = 65535;

  private RuleWords() {}

  /**
   * A selector by its canonical text: {@code app=frontend in shop} for {@code
   * any:app=frontend,k8s:io.kubernetes.pod.namespace=shop}.
   */
  public static String selector(String canonical) {
    if (canonical.isEmpty()) {
      return "anybody";
    }
    List<String> conditions = new ArrayList<>();
    String namespace = "";
    for (String one : canonical.split(",(?![^()]*\\))")) {
      if (one.startsWith(NAMESPACE)) {
        namespace = " in " + one.substring(NAMESPACE.length());
      } else {
        conditions.add(one.replaceFirst("^(any|k8s):", ""));
      }
    }
    return (conditions.isEmpty() ? "any pod" : String.join(",", conditions)) + namespace;
  }

  /**
   * Somebody by the texts of his labels: a pod by its own labels and its namespace, a prefix by the
   * narrowest one, anybody else by what is reserved for him.
   */
  public static String labels(List<String> texts) {
    String namespace = "";
    String narrowest = "";
    List<String> own = new ArrayList<>();
    List<String> other = new ArrayList<>();
    for (String text : texts) {
      if (text.startsWith(NAMESPACE)) {
        namespace = " in " + text.substring(NAMESPACE.length());
      } else if (text.startsWith(CIDR)) {
        String prefix = text.substring(CIDR.length()).replaceFirst("=$", "");
        narrowest = length(prefix) >= length(narrowest) ? prefix : narrowest;
      } else if (text.startsWith("k8s:")) {
        if (!text.startsWith("k8s:io.cilium.")) {
          own.add(text.substring("k8s:".length()));
        }
      } else {
        other.add(text.replaceFirst("^(reserved|fqdn):", ""));
      }
    }
    if (!namespace.isEmpty() || !own.isEmpty()) {
      return (own.isEmpty() ? "a pod" : String.join(",", own)) + namespace;
    }
    if (!narrowest.isEmpty()) {
      return Prefix.parse(narrowest.replace('-', ':')).toString();
    }
    return other.isEmpty() ? "an unknown peer" : String.join(",", other);
  }

  private static int length(String prefix) {
    int slash = prefix.indexOf('/');
    return slash < 0 ? -1 : Integer.parseInt(prefix.substring(slash + 1));
  }

  /** {@code 8080/TCP}, {@code 8000-8099/UDP}, {@code http/TCP}, {@code any port}. */
  public static String ports(CompiledRule rule) {
    boolean every = rule.portFirst() == 0 && rule.portLast() == LAST_PORT;
    String ports =
        rule.namesPort()
            ? rule.portName()
            : every
                ? "any port"
                : rule.portFirst() == rule.portLast()
                    ? "" + rule.portFirst()
                    : rule.portFirst() + "-" + rule.portLast();
    return rule.protocol() == 0 ? ports : ports + "/" + protocol(rule.protocol());
  }

  /** {@code 8080/TCP}; of ICMP the type. */
  public static String port(int protocol, int port) {
    return port + "/" + protocol(protocol);
  }

  private static String protocol(int number) {
    for (PortProtocol protocol : PortProtocol.values()) {
      if (protocol != PortProtocol.ANY && protocol.numbers().contains(number)) {
        return protocol.name();
      }
    }
    return String.valueOf(number);
  }
}
