package dev.sluice.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.core.node.KernelEntry.Direction;
import dev.sluice.core.node.KernelEntry.PolicyEntry;
import dev.sluice.core.node.KernelEntry.PolicyKey;
import dev.sluice.core.node.KernelEntry.Verdict;
import dev.sluice.core.node.RuleBook;
import java.util.List;
import org.junit.jupiter.api.Test;

class MapDumpTest {
  /** What the DNS proxy gets passes, and yet does not go to whom it is for. */
  @Test
  void whatAProxyGetsIsToldWithItsPort() {
    PolicyKey key = new PolicyKey(257, Direction.EGRESS, 256, 17, 53, 16);
    assertEquals(
        "allow 53 10053",
        MapDump.policies(List.of(new PolicyEntry(key, Verdict.ALLOW, 10_053, 0)), new RuleBook())
            .stream()
            .map(line -> line.verdict() + " " + line.portFirst() + " " + line.proxyPort())
            .findFirst()
            .orElseThrow());
  }
}
