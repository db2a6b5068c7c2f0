package dev.sluice.core.golden;

import dev.sluice.core.cluster.IdentityScope;
import dev.sluice.core.cluster.ReservedIdentity;
import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.dns.NameSelectors;
import dev.sluice.core.dns.SelectorSet;
import dev.sluice.core.log.Change;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.node.KernelEntry;
import dev.sluice.core.node.NodeFold;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** What DNS has said in the goldens' cluster. */
final class Answers {
  private static final Map<String, String> SAID =
      new TreeMap<>(
          Map.of(
              "api.stripe.com", "192.0.2.10",
              "deep.api.example.org", "192.0.2.11",
              "kubernetes.io", "192.0.2.12"));

  private Answers() {}

  /** Teaches a node the answers whose names selectors of the desired rows want. */
  static void teach(NodeFold node, List<Change<DesiredRecord>> desired, Names names) {
    NameSelectors wanted = new NameSelectors();
    for (Change<DesiredRecord> change : desired) {
      if (change.value() instanceof DesiredRecord.Selector selector) {
        NameSelectors.read(selector.text()).ifPresent(one -> wanted.put(selector.id(), one));
      }
    }
    int number = IdentityScope.NAMES.first();
    for (Map.Entry<String, String> answer : SAID.entrySet()) {
      List<String> selectors = wanted.selecting(answer.getKey());
      if (!selectors.isEmpty()) {
        IpAddress address = IpAddress.parse(answer.getValue());
        node.set(number, new SelectorSet(selectors, base(node, address)));
        node.learned(address, number);
        names.put(number++, "{" + answer.getKey() + "}");
      }
    }
  }

  private static int base(NodeFold node, IpAddress address) {
    int length = -1;
    int identity = ReservedIdentity.WORLD.number();
    for (KernelEntry entry : node.wanted()) {
      if (entry instanceof KernelEntry.AddressEntry found
          && found.key().prefix().contains(address)
          && found.key().prefix().length() > length) {
        length = found.key().prefix().length();
        identity = found.identity();
      }
    }
    return identity;
  }
}
