package dev.sluice.core.compile;

import dev.sluice.core.cluster.ClusterRecord;
import dev.sluice.core.policy.Finding;
import dev.sluice.core.snapshot.SnapshotReader;
import dev.sluice.core.snapshot.SnapshotWriter;

/** The binary form of {@link PolicySnapshot}. */
final class PolicySnapshotCodec {
  private PolicySnapshotCodec() {}

  static byte[] encode(PolicySnapshot snapshot) {
    return new SnapshotWriter()
        .put(PolicySnapshot.FORMAT)
        .put(snapshot.gate())
        .put(snapshot.whole())
        .put(snapshot.revision())
        .put(snapshot.revisionHash())
        .put(snapshot.inputDigest())
        .list(snapshot.settings().stream().toList(), PolicySnapshotCodec::policy)
        .list(snapshot.policies(), PolicySnapshotCodec::policy)
        .list(snapshot.waiting(), PolicySnapshotCodec::waiting)
        .list(
            snapshot.identities(),
            (to, identity) -> to.put(identity.number()).put(identity.labels()))
        .list(snapshot.endpoints(), PolicySnapshotCodec::endpoint)
        .list(snapshot.addresses(), PolicySnapshotCodec::address)
        .list(
            snapshot.subjectRevisions().entrySet(),
            (to, subject) -> to.put(subject.getKey()).put(subject.getValue()))
        .list(snapshot.diagnostics(), PolicySnapshotCodec::diagnostic)
        .put(snapshot.services())
        .list(snapshot.namespaces(), SnapshotWriter::put)
        .toByteArray();
  }

  static PolicySnapshot decode(byte[] bytes) {
    SnapshotReader in = new SnapshotReader("policy snapshot", bytes).format(PolicySnapshot.FORMAT);
    PolicySnapshot snapshot =
        new PolicySnapshot(
            in.gate(),
            in.flag(),
            in.longNumber(),
            in.text(),
            in.bytes(),
            in.list(PolicySnapshotCodec::policy).stream().findFirst(),
            in.list(PolicySnapshotCodec::policy),
            in.list(PolicySnapshotCodec::waiting),
            in.list(from -> new ClusterRecord.Identity(from.number(), from.labels())),
            in.list(PolicySnapshotCodec::endpoint),
            in.list(PolicySnapshotCodec::address),
            in.map(SnapshotReader::number, SnapshotReader::longNumber),
            in.list(PolicySnapshotCodec::diagnostic),
            in.bytes(),
            in.list(SnapshotReader::text));
    in.end();
    return snapshot;
  }

  private static void policy(SnapshotWriter out, PolicySnapshot.AcceptedVersion version) {
    out.put(version.key()).put(version.tree()).put(version.who());
  }

  private static PolicySnapshot.AcceptedVersion policy(SnapshotReader in) {
    return new PolicySnapshot.AcceptedVersion(in.key(), in.bytes(), in.text());
  }

  private static void waiting(SnapshotWriter out, PolicySnapshot.WaitingVersion waiting) {
    policy(out, waiting.version());
    out.put(waiting.witness());
  }

  private static PolicySnapshot.WaitingVersion waiting(SnapshotReader in) {
    return new PolicySnapshot.WaitingVersion(policy(in), in.number());
  }

  private static void endpoint(SnapshotWriter out, ClusterRecord.Endpoint endpoint) {
    out.put(endpoint.id())
        .put(endpoint.namespace())
        .put(endpoint.pod())
        .put(endpoint.uid())
        .put(endpoint.node())
        .list(endpoint.addresses(), SnapshotWriter::put)
        .put(endpoint.identity())
        .put(endpoint.labels())
        .put(endpoint.workloadKind())
        .put(endpoint.workload())
        .list(
            endpoint.namedPorts(),
            (to, port) -> to.put(port.name()).put(port.port()).put(port.protocol()))
        .put(endpoint.audit());
  }

  private static ClusterRecord.Endpoint endpoint(SnapshotReader in) {
    return new ClusterRecord.Endpoint(
        in.longNumber(),
        in.text(),
        in.text(),
        in.text(),
        in.text(),
        in.list(SnapshotReader::address),
        in.number(),
        in.labels(),
        in.text(),
        in.text(),
        in.list(port -> new ClusterRecord.NamedPort(port.text(), port.number(), port.text())),
        in.flag());
  }

  private static void address(SnapshotWriter out, ClusterRecord.Address address) {
    out.put(address.prefix())
        .put(address.identity())
        .put(address.node())
        .list(address.nodeAddresses(), SnapshotWriter::put)
        .put(address.endpoint())
        .put(address.namespace())
        .put(address.pod())
        .put(address.audit())
        .put(address.ownIdentity())
        .put(address.workloadKind())
        .put(address.workload());
  }

  private static ClusterRecord.Address address(SnapshotReader in) {
    return new ClusterRecord.Address(
        in.prefix(),
        in.number(),
        in.text(),
        in.list(SnapshotReader::address),
        in.longNumber(),
        in.text(),
        in.text(),
        in.flag(),
        in.number(),
        in.text(),
        in.text());
  }

  private static void diagnostic(SnapshotWriter out, DiagnosticRecord diagnostic) {
    out.put(diagnostic.position())
        .put(diagnostic.timeMillis())
        .put(diagnostic.severity())
        .put(diagnostic.code())
        .put(diagnostic.object())
        .put(diagnostic.file())
        .put(diagnostic.line())
        .put(diagnostic.path())
        .put(diagnostic.message())
        .put(diagnostic.writer());
  }

  private static DiagnosticRecord diagnostic(SnapshotReader in) {
    return new DiagnosticRecord(
        in.longNumber(),
        in.longNumber(),
        in.constant(Finding.Severity.class),
        in.text(),
        in.key(),
        in.text(),
        in.number(),
        in.text(),
        in.text(),
        in.text());
  }
}
