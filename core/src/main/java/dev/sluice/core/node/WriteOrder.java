package dev.sluice.core.node;

import dev.sluice.core.node.KernelEntry.AddressKey;
import dev.sluice.core.node.KernelEntry.Key;
import dev.sluice.core.node.KernelEntry.PolicyKey;
import java.util.Comparator;

/**
 * The order in which entries are put; deletes go the other way. Policy comes before addresses,
 * since an identity must be known to every policy before an address yields it. Within a subject the
 * narrow comes before the wide: own peer before any, protocol before any, port before ports; so a
 * new default deny finds its exceptions in place, and an exception outlives what it excepts.
 */
final class WriteOrder implements Comparator<Key> {
  static final WriteOrder PUTS = new WriteOrder();

  private static final Comparator<PolicyKey> POLICY =
      Comparator.comparingInt(PolicyKey::subject)
          .thenComparing(PolicyKey::direction)
          .thenComparing(key -> key.peer() == 0)
          .thenComparing(key -> key.protocol() == 0)
          .thenComparing(Comparator.comparingInt(PolicyKey::portBits).reversed())
          .thenComparingInt(PolicyKey::peer)
          .thenComparingInt(PolicyKey::protocol)
          .thenComparingInt(PolicyKey::port);

  private static final Comparator<AddressKey> ADDRESS =
      Comparator.comparing(AddressKey::prefix).thenComparingInt(AddressKey::endpoint);

  private WriteOrder() {}

  @Override
  public int compare(Key left, Key right) {
    return switch (left) {
      case PolicyKey policy ->
          right instanceof PolicyKey other ? POLICY.compare(policy, other) : -1;
      case AddressKey address ->
          right instanceof AddressKey other ? ADDRESS.compare(address, other) : 1;
    };
  }
}
