package dev.sluice.core.node;

import static dev.sluice.core.node.DesiredWorld.OPEN;
import static dev.sluice.core.node.DesiredWorld.address;
import static dev.sluice.core.node.DesiredWorld.allow;
import static dev.sluice.core.node.DesiredWorld.deny;
import static dev.sluice.core.node.DesiredWorld.enforced;
import static dev.sluice.core.node.DesiredWorld.member;
import static dev.sluice.core.node.DesiredWorld.policy;
import static dev.sluice.core.node.DesiredWorld.put;
import static dev.sluice.core.node.DesiredWorld.remove;
import static dev.sluice.core.node.DesiredWorld.unenforced;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.compile.SubjectHash;
import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.desired.DesiredRecord.RuleVerdict;
import dev.sluice.core.desired.DesiredRecord.SubjectPolicy;
import dev.sluice.core.desired.Precedence;
import dev.sluice.core.label.LabelSet;
import dev.sluice.core.log.Change;
import dev.sluice.core.node.KernelEntry.AddressEntry;
import dev.sluice.core.node.KernelEntry.PolicyEntry;
import dev.sluice.core.node.KernelEntry.PolicyKey;
import dev.sluice.core.policy.TrafficRule.Tier;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class NodeFoldTest {
  private static final int BACKEND = 300;
  private static final int FRONTEND = 301;
  private static final int OTHER = 302;

  private final NodeFold fold = NodeFold.empty("node-1");

  @SafeVarargs
  private List<String> step(Change<DesiredRecord>... changes) {
    List.of(changes).forEach(fold::apply);
    MapPlan plan = fold.plan();
    fold.realised();
    return texts(plan);
  }

  private List<String> texts(MapPlan plan) {
    return Stream.concat(
            plan.puts().stream().map(entry -> "+" + text(entry)),
            plan.deletes().stream().map(key -> "-" + text(key)))
        .toList();
  }

  private static String text(KernelEntry entry) {
    return switch (entry) {
      case PolicyEntry policy -> text(policy.key()) + (policy.allow() ? " allow" : " deny");
      case AddressEntry a -> text(a.key()) + " " + a.identity() + " " + a.tunnel();
    };
  }

  private static String text(KernelEntry.Key key) {
    return switch (key) {
      case PolicyKey k ->
          "%d %s %d %d:%d/%d"
              .formatted(
                  k.subject(),
                  k.direction() == KernelEntry.Direction.INGRESS ? "in" : "out",
                  k.peer(),
                  k.protocol(),
                  k.port(),
                  k.portBits());
      case KernelEntry.AddressKey k -> k.prefix().toString();
    };
  }

  @Test
  void onlyLocalSubjectsHavePolicyAndEveryAddressIsKnown() {
    assertEquals(
        List.of("+10.0.1.10/32 300 null", "+10.0.2.10/32 301 172.31.0.2"),
        step(
            put(policy(BACKEND, OPEN, OPEN)),
            put(address("10.0.1.10/32", BACKEND, 1)),
            put(address("10.0.2.10/32", FRONTEND, 2))));
    fold.local(Set.of(BACKEND, FRONTEND));
    assertEquals(List.of("+300 in 0 0:0/0 allow", "+300 out 0 0:0/0 allow"), step());
    fold.local(Set.of());
    assertEquals(List.of("-300 out 0 0:0/0", "-300 in 0 0:0/0"), step());
  }

  @Test
  void theArticlesPolicy() {
    fold.local(Set.of(BACKEND));
    assertEquals(
        List.of(
            "+300 in 301 6:8080/16 allow",
            "+300 in 1 0:0/0 allow",
            "+300 in 0 0:0/0 deny",
            "+300 out 0 0:0/0 allow",
            "+10.0.1.10/32 301 null"),
        step(
            put(member("fe", FRONTEND)),
            put(policy(BACKEND, enforced(allow("fe", 6, 8080, 8080)), OPEN)),
            put(address("10.0.1.10/32", FRONTEND, 1))));
    assertEquals(
        List.of("+300 in 302 6:8080/16 allow", "+10.0.1.11/32 302 null"),
        step(put(address("10.0.1.11/32", OTHER, 1)), put(member("fe", OTHER))));
    assertEquals(
        List.of("-10.0.1.11/32", "-300 in 302 6:8080/16"),
        step(remove(member("fe", OTHER)), remove(address("10.0.1.11/32", OTHER, 1))));
  }

  @Test
  void aSelectorsNewMemberTouchesOnlyThoseWhoUseIt() {
    fold.local(Set.of(BACKEND, OTHER));
    step(
        put(policy(BACKEND, enforced(allow("fe", 0, 0, 65535)), OPEN)),
        put(policy(OTHER, enforced(allow("be", 0, 0, 65535)), OPEN)));
    assertEquals(List.of("+300 in 301 0:0/0 allow"), step(put(member("fe", FRONTEND))));
    assertEquals(List.of(), step(put(member("fe", FRONTEND))));
  }

  @Test
  void aWideEntryOfAPeerSaysAgainWhatItHides() {
    fold.local(Set.of(BACKEND));
    assertEquals(
        List.of(
            "+300 in 301 6:22/16 deny",
            "+300 in 1 0:0/0 allow",
            "+300 in 301 0:0/0 allow",
            "+300 in 0 6:22/16 deny",
            "+300 in 0 0:0/0 deny",
            "+300 out 0 0:0/0 allow"),
        step(
            put(member("fe", FRONTEND)),
            put(policy(BACKEND, enforced(allow("fe", 0, 0, 65535), deny("", 6, 22, 22)), OPEN))));
  }

  @Test
  void aDirectionThatIsNotEnforcedNamesOnlyTheRulesThatDecide() {
    fold.local(Set.of(BACKEND));
    assertEquals(
        List.of("+300 in 0 0:0/0 allow", "+300 out 0 0:0/0 allow"),
        step(put(policy(BACKEND, OPEN, OPEN))));
    assertEquals(
        List.of("+300 in 1 0:0/0 allow", "+300 in 0 6:80/16 allow"),
        step(put(policy(BACKEND, unenforced(allow("", 6, 80, 80)), OPEN))));
    assertEquals(
        List.of("+300 in 0 6:80/16 deny"),
        step(put(policy(BACKEND, unenforced(deny("", 6, 80, 80)), OPEN))));
  }

  @Test
  void aRuleWithoutMechanismAllowsNothing() {
    fold.local(Set.of(BACKEND));
    var http = DesiredWorld.rule("", 6, 80, 80, RuleVerdict.REDIRECT, DesiredWorld.NORMAL);
    assertEquals(
        List.of("+300 in 1 0:0/0 allow", "+300 in 0 0:0/0 deny", "+300 out 0 0:0/0 allow"),
        step(put(policy(BACKEND, enforced(http), OPEN))));
  }

  @Test
  void precedenceDecidesBeforeDeny() {
    fold.local(Set.of(BACKEND));
    var high = DesiredWorld.rule("", 6, 80, 80, RuleVerdict.ALLOW, Precedence.of(Tier.ADMIN, 5));
    assertTrue(
        step(put(policy(BACKEND, enforced(high, deny("", 6, 80, 81)), OPEN)))
            .containsAll(List.of("+300 in 0 6:80/16 allow", "+300 in 0 6:81/16 deny")));
  }

  @Test
  void ownNodesAddressesAreHostAndOthersAreRemote() {
    assertEquals(
        List.of(
            "+0.0.0.0/0 2 null",
            "+10.0.1.1/32 1 null",
            "+10.0.2.1/32 6 172.31.0.2",
            "+10.0.2.0/24 3 172.31.0.2"),
        step(
                put(address("0.0.0.0/0", 2, 0)),
                put(address("10.0.1.1/32", 6, 1)),
                put(address("10.0.2.1/32", 6, 2)),
                put(address("10.0.2.0/24", 3, 2)))
            .stream()
            .sorted(Comparator.comparing(t -> t.contains("/24")))
            .toList());
  }

  @Test
  void cookiesNameWhoDecided() {
    fold.local(Set.of(BACKEND));
    step(put(policy(BACKEND, enforced(allow("", 6, 80, 80)), OPEN)));
    for (KernelEntry entry : fold.wanted()) {
      PolicyEntry policy = (PolicyEntry) entry;
      var reason = fold.rules().find(policy.cookie());
      if (policy.key().direction() == KernelEntry.Direction.EGRESS || policy.key().peer() == 1) {
        assertEquals(0, policy.cookie());
      } else if (policy.allow()) {
        assertEquals(List.of("CiliumNetworkPolicy/shop/ALLOW"), reason.orElseThrow().policies());
      } else {
        assertEquals(List.of("CiliumNetworkPolicy/shop/deny"), reason.orElseThrow().enforcedBy());
      }
    }
  }

  @Test
  void aPlanThatWasNotRealisedComesAgainWithWhatFollowed() {
    fold.local(Set.of(BACKEND));
    fold.apply(put(policy(BACKEND, OPEN, OPEN)));
    MapPlan refused = fold.plan();
    assertEquals(2, refused.after().policy());
    assertFalse(refused.fitsInto(new MapSizes(1, 0, 0)));
    fold.apply(put(address("10.0.1.10/32", BACKEND, 1)));
    assertEquals(3, fold.plan().puts().size());
    fold.apply(remove(policy(BACKEND, OPEN, OPEN)));
    assertEquals(List.of("+10.0.1.10/32 300 null"), texts(fold.plan()));
  }

  @Test
  void aRestartWritesOnlyTheDifference() {
    fold.local(Set.of(BACKEND));
    step(put(policy(BACKEND, enforced(allow("", 6, 80, 80)), OPEN)));
    NodeFold again = NodeFold.empty("node-1");
    again.local(Set.of(BACKEND));
    again.apply(put(policy(BACKEND, enforced(allow("", 6, 80, 80)), OPEN)));
    assertTrue(MapPlan.diff(fold.wanted(), again.wanted()).isEmpty());
    again.realised();
    assertTrue(again.plan().isEmpty());
    again.apply(put(policy(BACKEND, OPEN, OPEN)));
    assertEquals(
        List.of("+300 in 0 0:0/0 allow", "-300 in 0 6:80/16", "-300 in 1 0:0/0"),
        texts(MapPlan.diff(fold.wanted(), again.wanted())));
    assertEquals(4, MapPlan.diff(fold.wanted(), again.wanted()).peak().policy());
    assertEquals(2, MapPlan.diff(fold.wanted(), again.wanted()).after().policy());
  }

  @Test
  void theHashSpeaksOfLocalSubjectsLabelsAndRules() {
    fold.local(Set.of(BACKEND));
    String none = fold.hash();
    step(put(policy(FRONTEND, OPEN, OPEN)));
    assertEquals(none, fold.hash());
    step(put(policy(BACKEND, OPEN, OPEN)));
    String open = fold.hash();
    assertNotEquals(none, open);
    step(put(policy(BACKEND, enforced(), OPEN)));
    assertNotEquals(open, fold.hash());
  }

  @Test
  void theHashCanBeRecomputedFromTheRowsOfDesired() {
    fold.local(Set.of(BACKEND, FRONTEND));
    SubjectPolicy backend = policy(BACKEND, enforced(allow("", 6, 80, 80)), OPEN);
    SubjectPolicy frontend = policy(FRONTEND, OPEN, OPEN);
    step(put(backend), put(frontend));
    Map<Integer, String> leaves = new TreeMap<>();
    Map<LabelSet, String> byLabels = new HashMap<>();
    for (SubjectPolicy policy : List.of(backend, frontend)) {
      String leaf = SubjectHash.of(policy.labels(), policy.ingress(), policy.egress());
      leaves.put(policy.identity(), leaf);
      byLabels.put(policy.labels(), leaf);
    }
    assertEquals(leaves, fold.subjects());
    assertEquals(SubjectHash.ofAll(byLabels), fold.hash());
    fold.local(Set.of(FRONTEND));
    assertEquals(Set.of(FRONTEND), fold.subjects().keySet());
  }
}
