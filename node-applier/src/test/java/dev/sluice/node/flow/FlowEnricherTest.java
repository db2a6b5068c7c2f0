package dev.sluice.node.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;

import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.dns.SelectorSet;
import dev.sluice.core.label.LabelSet;
import dev.sluice.core.log.Change;
import dev.sluice.core.node.KernelEntry.PolicyEntry;
import dev.sluice.core.node.KernelEntry.PolicyKey;
import dev.sluice.core.node.NodeFold;
import dev.sluice.node.apply.Rows;
import dev.sluice.node.mirror.Place;
import dev.sluice.schemas.Flow;
import dev.sluice.schemas.FlowKind;
import dev.sluice.schemas.TrafficDirection;
import dev.sluice.schemas.Verdict;
import dev.sluice.schemas.convert.Row;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class FlowEnricherTest {
  private static final String RULE = "CiliumNetworkPolicy/shop/p#spec.ingress[0].toPorts[0]";

  private final NodeFold fold = NodeFold.empty("node-1");
  private final PeerBook peers = new PeerBook();
  private final NeedBook needs = new NeedBook();
  private final FlowEnricher enricher =
      new FlowEnricher(
          "node-1",
          peers,
          new Attributions(fold::rules, peers, needs),
          () -> new Place(7, 1_007, "h"),
          index -> "slc" + index,
          42);

  FlowEnricherTest() {
    take(Rows.open(5, 256));
    take(Rows.enforced(5, 257, 8080));
    take(Rows.pod(5, "10.0.1.10", 256, 1, "a"));
    take(Rows.pod(5, "10.0.1.11", 257, 2, "b"));
    fold.local(Set.of(256, 257));
    fold.plan();
    enricher.wallClock(1_700_000_000_000_000_000L, 0);
  }

  private void take(Row<DesiredRecord> row) {
    fold.apply(((Row.Changed<DesiredRecord>) row).change());
    peers.changed(((Row.Changed<DesiredRecord>) row).change());
    needs.changed(((Row.Changed<DesiredRecord>) row).change());
  }

  private int cookie(boolean allow) {
    return fold.wanted().stream()
        .filter(entry -> entry instanceof PolicyEntry policy && policy.allow() == allow)
        .map(PolicyEntry.class::cast)
        .filter(entry -> entry.key().subject() == 257 && entry.cookie() != 0)
        .filter(entry -> isWide(entry.key()) != allow)
        .mapToInt(PolicyEntry::cookie)
        .findFirst()
        .orElseThrow();
  }

  private static boolean isWide(PolicyKey key) {
    return key.protocol() == 0;
  }

  @Test
  void aStartSaysWhoAndWhy() {
    Flow flow = enricher.flow(Events.start(cookie(true), 0), 1, 0);
    assertEquals(FlowKind.START, flow.getKind());
    assertEquals(Verdict.FORWARDED, flow.getVerdict());
    assertEquals(TrafficDirection.INGRESS, flow.getDirection());
    assertEquals("shop", flow.getSource().getNamespace());
    assertEquals("a", flow.getSource().getPod());
    assertEquals("Deployment", flow.getSource().getWorkloadKind());
    assertEquals("shop", flow.getSource().getWorkload());
    assertEquals(1, flow.getSource().getEndpoint());
    assertEquals(List.of("k8s:app=app-256"), flow.getSource().getLabels());
    assertEquals("b", flow.getDestination().getPod());
    assertEquals(2, flow.getDestination().getEndpoint());
    assertEquals(List.of(RULE), flow.getAllowedBy());
    assertEquals(3, flow.getPolicyMatch(), "the entry names a port and no peer");
    assertEquals("", flow.getNeeded());
    assertEquals(1_007, flow.getRevision());
    assertEquals("slc12", flow.getInterface$());
    assertEquals(Instant.parse("2023-11-14T22:13:20.000001Z"), flow.getTime());
    assertNull(flow.getFirstTime());
  }

  @Test
  void theEnforcedDirectionIsTheOneThatDecided() {
    Flow flow = enricher.flow(Events.start(0, cookie(true)), 1, 0);
    assertEquals(TrafficDirection.EGRESS, flow.getDirection());
    assertEquals(List.of(RULE), flow.getAllowedBy());
  }

  @Test
  void aDefaultDenyNamesThePoliciesThatSwitchedItOn() {
    Flow flow = enricher.flow(Events.drop(1_000, 41_000, 133, cookie(false)), 3, 500);
    assertEquals(Verdict.DROPPED, flow.getVerdict());
    assertEquals("Policy denied", flow.getDropReasonText());
    assertEquals(List.of("CiliumNetworkPolicy/shop/p"), flow.getDeniedBy());
    assertEquals(List.of(), flow.getAllowedBy());
    assertEquals(3, flow.getCount());
    assertEquals(0, flow.getPolicyMatch());
    assertEquals(
        "from app=app-256 on 8080/TCP; nearest is anybody on 8080/TCP by " + RULE,
        flow.getNeeded());
  }

  @Test
  void whatADropNeededFollowsThePolicy() {
    enricher.flow(Events.drop(1_000, 41_000, 133, cookie(false)), 1, 0);
    int closed = cookie(false);
    take(Rows.enforced(6, 257, 9090));
    Flow flow = enricher.flow(Events.drop(2_000, 41_000, 133, closed), 1, 0);
    assertEquals(
        "from app=app-256 on 8080/TCP; nearest is anybody on 9090/TCP by " + RULE,
        flow.getNeeded());
  }

  @Test
  void anAnswerOfIcmpNeedsItsQuestionAllowed() {
    assertEquals("to app=app-256 on 8/ICMP; no rule allows any egress", neededByIcmp(1, 0, true));
    assertEquals(
        "to app=app-256 on 128/ICMPV6; no rule allows any egress", neededByIcmp(58, 129, true));
    assertEquals(
        "from app=app-256 on 0/ICMP; nearest is anybody on 8080/TCP by " + RULE,
        neededByIcmp(1, 0, false),
        "nobody asked for it");
  }

  @Test
  void anErrorOfIcmpNeedsNoRuleOfItsOwn() {
    assertEquals("", neededByIcmp(1, 3, true));
    assertEquals("", neededByIcmp(58, 2, true));
  }

  private String neededByIcmp(int protocol, int type, boolean reply) {
    return enricher.flow(Events.icmpDrop(protocol, type, reply, cookie(false)), 1, 0).getNeeded();
  }

  @Test
  void anAuditedConnectionNamesWhoWouldHaveDeniedItAndWhatItNeeded() {
    Flow flow = enricher.flow(Events.start(cookie(false), 0), 1, 0);
    assertEquals(Verdict.AUDIT, flow.getVerdict());
    assertEquals(List.of(), flow.getAllowedBy());
    assertEquals(List.of("CiliumNetworkPolicy/shop/p"), flow.getDeniedBy());
    assertEquals(
        "from app=app-256 on 8080/TCP; nearest is anybody on 8080/TCP by " + RULE,
        flow.getNeeded());
  }

  @Test
  void aPrefixHasItsLabelsAsHubbleWritesThem() {
    LabelSet labels = LabelSet.parse(List.of("cidr:10.0.0.0/8=", "reserved:world"));
    peers.changed(
        Change.upsert(
            DesiredRecord.class,
            "identity/8388608",
            new DesiredRecord.IdentityLabels(8_388_608, labels)));
    assertEquals(List.of("cidr:10.0.0.0/8", "reserved:world"), labels(8_388_608));
  }

  @Test
  void anIdentityOfNamesHasThemBesideThoseOfItsBase() {
    peers.changed(
        Change.upsert(
            DesiredRecord.class,
            "selector/abc",
            new DesiredRecord.Selector(
                "abc", "fqdn:matchPattern: *.stripe.com,reserved:world", List.of("p"))));
    peers.named(12_582_912, new SelectorSet(List.of("abc"), 2));
    assertEquals(List.of("fqdn:*.stripe.com", "reserved:world"), labels(12_582_912));
  }

  private List<String> labels(int identity) {
    return peers.peer(Events.CLIENT, identity, 0).getLabels();
  }

  @Test
  void anEndSumsBothDirections() {
    Flow flow = enricher.flow(Events.end(), 1, 1_000);
    assertEquals(FlowKind.END, flow.getKind());
    assertEquals(9, flow.getPackets());
    assertEquals(900, flow.getBytes());
  }

  @Test
  void oneConnectionHasOneKeyAndEveryFlowItsId() {
    Flow start = enricher.flow(Events.start(0, 0), 1, 0);
    Flow end = enricher.flow(Events.end(), 1, 1_000);
    assertEquals("6 10.0.1.10 41000 10.0.1.11 8080", FlowEnricher.key(start));
    assertEquals(FlowEnricher.key(start), FlowEnricher.key(end));
    assertNotEquals(start.getUuid(), end.getUuid());
    assertFalse(start.getReply());
  }
}
