package dev.sluice.node.apply;

import dev.sluice.core.net.IpAddress;
import dev.sluice.core.node.KernelEntry;
import dev.sluice.core.node.KernelEntry.AddressEntry;
import dev.sluice.core.node.KernelEntry.PolicyEntry;
import dev.sluice.core.node.KernelEntry.PolicyKey;
import dev.sluice.core.node.MapPlan;
import dev.sluice.node.mirror.KernelMaps;
import dev.sluice.node.mirror.Mirror;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Learning by what a former process had read. Only addresses are written, and only where the
 * kernel's policies are the ones that were read: an address must not get an identity that a policy
 * does not know.
 */
final class Former {
  private Former() {}

  /** Whether the kernel holds the policies of a mirror; then it also takes up what is learned. */
  static boolean agrees(Mirror former, KernelMaps maps) {
    List<KernelEntry> held = maps.readBack();
    Map<IpAddress, Integer> learned = new HashMap<>();
    Map<KernelEntry.Key, KernelEntry> rest = new HashMap<>();
    for (KernelEntry entry : held) {
      switch (entry) {
        case PolicyEntry policy -> rest.put(policy.key(), said(policy));
        case AddressEntry address when isLearnable(address) ->
            learned.put(address.key().prefix().address(), address.identity());
        case AddressEntry address -> {}
      }
    }
    former.plan(maps);
    for (KernelEntry entry : former.wanted()) {
      if (entry instanceof PolicyEntry policy && !said(policy).equals(rest.remove(policy.key()))) {
        return false;
      }
    }
    former.policyRealised();
    former.names().pinned(learned);
    return rest.isEmpty();
  }

  private static boolean isLearnable(AddressEntry address) {
    return address.key().endpoint() == 0 && address.key().prefix().isSingle();
  }

  /** Cookies are numbered by each process in its own order. */
  private static PolicyEntry said(PolicyEntry entry) {
    return new PolicyEntry(entry.key(), entry.verdict(), entry.proxyPort(), 0);
  }

  /**
   * Writes the addresses that were learned since.
   *
   * @throws IllegalStateException when the kernel does not hold what was written
   */
  static void learn(Mirror former, KernelMaps maps) {
    MapPlan plan = former.plan(maps);
    boolean policies = plan.puts().stream().anyMatch(put -> put.key() instanceof PolicyKey);
    if (policies || !plan.fitsInto(maps.capacity())) {
      throw new StepRefused("more than addresses would have to be written");
    }
    new MapWriter(maps, new MapPlan(plan.puts(), List.of(), plan.peak(), plan.after())).put();
    former.policyRealised();
  }
}
