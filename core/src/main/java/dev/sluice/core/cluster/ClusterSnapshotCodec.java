package dev.sluice.core.cluster;

import dev.sluice.core.policy.CidrGroup;
import dev.sluice.core.snapshot.SnapshotReader;
import dev.sluice.core.snapshot.SnapshotWriter;

/** The binary form of {@link ClusterSnapshot}. */
final class ClusterSnapshotCodec {
  private ClusterSnapshotCodec() {}

  static byte[] encode(ClusterSnapshot snapshot) {
    SnapshotWriter out =
        new SnapshotWriter()
            .put(ClusterSnapshot.FORMAT)
            .put(snapshot.gate())
            .put(snapshot.cluster())
            .put(snapshot.timeMillis())
            .put(snapshot.lastEndpoint())
            .list(
                snapshot.nextNumbers().entrySet(),
                (to, next) -> to.put(next.getKey()).put(next.getValue()))
            .list(snapshot.identities(), ClusterSnapshotCodec::identity)
            .list(
                snapshot.namespaces().entrySet(),
                (to, namespace) -> to.put(namespace.getKey()).put(namespace.getValue()))
            .list(snapshot.nodes(), ClusterSnapshotCodec::node)
            .list(snapshot.pods(), ClusterSnapshotCodec::pod)
            .list(snapshot.claims(), ClusterSnapshotCodec::claim);
    peers(out, snapshot.peers());
    return out.toByteArray();
  }

  static ClusterSnapshot decode(byte[] bytes) {
    SnapshotReader in =
        new SnapshotReader("cluster snapshot", bytes).format(ClusterSnapshot.FORMAT);
    ClusterSnapshot snapshot =
        new ClusterSnapshot(
            in.gate(),
            in.text(),
            in.longNumber(),
            in.longNumber(),
            in.map(key -> key.constant(IdentityScope.class), SnapshotReader::number),
            in.list(ClusterSnapshotCodec::identity),
            in.map(SnapshotReader::text, SnapshotReader::texts),
            in.list(ClusterSnapshotCodec::node),
            in.list(ClusterSnapshotCodec::pod),
            in.list(ClusterSnapshotCodec::claim),
            peers(in));
    in.end();
    return snapshot;
  }

  private static void peers(SnapshotWriter out, ClusterSnapshot.Peers peers) {
    out.list(peers.policies(), ClusterSnapshotCodec::kept)
        .list(peers.replaced(), ClusterSnapshotCodec::kept)
        .list(
            peers.groups(),
            (to, group) ->
                to.put(group.name())
                    .list(group.prefixes(), SnapshotWriter::put)
                    .put(group.labels()))
        .list(peers.listings(), (to, service) -> to.put(service.name()).put(service.labels()))
        .list(
            peers.slices(),
            (to, slice) ->
                to.put(slice.name())
                    .put(slice.service())
                    .list(slice.addresses(), SnapshotWriter::put));
  }

  private static ClusterSnapshot.Peers peers(SnapshotReader in) {
    return new ClusterSnapshot.Peers(
        in.list(ClusterSnapshotCodec::kept),
        in.list(ClusterSnapshotCodec::kept),
        in.list(
            from -> new CidrGroup(from.text(), from.list(SnapshotReader::prefix), from.labels())),
        in.list(from -> new ServiceAddresses.Listing(from.text(), from.texts())),
        in.list(
            from ->
                new ServiceAddresses.Slice(
                    from.text(), from.text(), from.list(SnapshotReader::prefix))));
  }

  private static void kept(SnapshotWriter out, PeerObjects.Kept kept) {
    out.put(kept.key()).put(kept.tree());
  }

  private static PeerObjects.Kept kept(SnapshotReader in) {
    return new PeerObjects.Kept(in.key(), in.bytes());
  }

  private static void identity(SnapshotWriter out, HeldNumber held) {
    out.put(held.number()).put(held.labels()).put(held.releaseAtMillis());
  }

  private static HeldNumber identity(SnapshotReader in) {
    return new HeldNumber(in.number(), in.labels(), in.longNumber());
  }

  private static void node(SnapshotWriter out, NodeFacts node) {
    out.put(node.name())
        .list(node.underlay(), SnapshotWriter::put)
        .list(node.podCidrs(), SnapshotWriter::put);
  }

  private static NodeFacts node(SnapshotReader in) {
    return new NodeFacts(
        in.text(), in.list(SnapshotReader::address), in.list(SnapshotReader::prefix));
  }

  private static void pod(SnapshotWriter out, ClusterSnapshot.PodEntry pod) {
    PodFacts facts = pod.facts();
    out.put(pod.endpoint())
        .put(facts.namespace())
        .put(facts.name())
        .put(facts.uid())
        .put(facts.node())
        .list(facts.addresses(), SnapshotWriter::put)
        .put(facts.labels())
        .put(facts.serviceAccount())
        .put(facts.workloadKind())
        .put(facts.workload())
        .list(
            facts.namedPorts(),
            (to, port) -> to.put(port.name()).put(port.port()).put(port.protocol()))
        .put(facts.audit());
  }

  private static ClusterSnapshot.PodEntry pod(SnapshotReader in) {
    long endpoint = in.longNumber();
    PodFacts facts =
        new PodFacts(
            in.text(),
            in.text(),
            in.text(),
            in.text(),
            in.list(SnapshotReader::address),
            in.texts(),
            in.text(),
            in.text(),
            in.text(),
            in.list(p -> new ClusterRecord.NamedPort(p.text(), p.number(), p.text())),
            in.flag());
    return new ClusterSnapshot.PodEntry(facts, endpoint);
  }

  private static void claim(SnapshotWriter out, AddressClaim claim) {
    out.put(claim.prefix()).put(claim.claimant()).put(claim.owner()).put(claim.since());
  }

  private static AddressClaim claim(SnapshotReader in) {
    return new AddressClaim(
        in.prefix(), in.constant(AddressClaim.Claimant.class), in.text(), in.longNumber());
  }
}
