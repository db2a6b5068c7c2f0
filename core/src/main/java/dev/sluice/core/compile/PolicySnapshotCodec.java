package dev.sluice.core.compile;

import dev.sluice.core.cluster.ClusterRecord;
import dev.sluice.core.label.LabelSet;
import dev.sluice.core.log.LogGate;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;
import dev.sluice.core.policy.Finding;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import java.util.TreeSet;

/** The binary form of {@link PolicySnapshot}: big-endian, lengths before contents, no padding. */
final class PolicySnapshotCodec {
  private static final int FORMAT = 7;

  private PolicySnapshotCodec() {}

  private interface Write<T> {
    void item(DataOutputStream out, T item) throws IOException;
  }

  private interface Read<T> {
    T item(DataInputStream in) throws IOException;
  }

  static byte[] encode(PolicySnapshot snapshot) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 16);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeInt(FORMAT);
      out.writeLong(snapshot.gate().position());
      out.writeLong(snapshot.gate().epoch());
      out.writeLong(snapshot.gate().base());
      write(out, snapshot.gate().syncedKinds(), PolicySnapshotCodec::text);
      out.writeBoolean(snapshot.whole());
      out.writeLong(snapshot.revision());
      text(out, snapshot.revisionHash());
      bytes(out, snapshot.inputDigest());
      write(out, snapshot.settings().stream().toList(), PolicySnapshotCodec::policy);
      write(out, snapshot.policies(), PolicySnapshotCodec::policy);
      write(out, snapshot.waiting(), PolicySnapshotCodec::waiting);
      write(out, snapshot.identities(), PolicySnapshotCodec::identity);
      write(out, snapshot.endpoints(), PolicySnapshotCodec::endpoint);
      write(out, snapshot.addresses(), PolicySnapshotCodec::address);
      out.writeInt(snapshot.subjectRevisions().size());
      for (var entry : snapshot.subjectRevisions().entrySet()) {
        out.writeInt(entry.getKey());
        out.writeLong(entry.getValue());
      }
      write(out, snapshot.diagnostics(), PolicySnapshotCodec::diagnostic);
      bytes(out, snapshot.services());
      write(out, snapshot.namespaces(), PolicySnapshotCodec::text);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  static PolicySnapshot decode(byte[] bytes) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      int format = in.readInt();
      if (format != FORMAT) {
        throw new IllegalArgumentException(
            "policy snapshot has format " + format + ", this version reads " + FORMAT);
      }
      LogGate.State gate =
          new LogGate.State(
              in.readLong(),
              in.readLong(),
              in.readLong(),
              new TreeSet<>(read(in, PolicySnapshotCodec::text)));
      return new PolicySnapshot(
          gate,
          in.readBoolean(),
          in.readLong(),
          text(in),
          bytes(in),
          read(in, PolicySnapshotCodec::policy).stream().findFirst(),
          read(in, PolicySnapshotCodec::policy),
          read(in, PolicySnapshotCodec::waiting),
          read(in, item -> new ClusterRecord.Identity(item.readInt(), labels(item))),
          read(in, PolicySnapshotCodec::endpoint),
          read(in, PolicySnapshotCodec::address),
          revisions(in),
          read(in, PolicySnapshotCodec::diagnostic),
          bytes(in),
          read(in, PolicySnapshotCodec::text));
    } catch (IOException damaged) {
      throw new IllegalArgumentException("policy snapshot is cut short", damaged);
    }
  }

  private static TreeMap<Integer, Long> revisions(DataInputStream in) throws IOException {
    TreeMap<Integer, Long> revisions = new TreeMap<>();
    for (int left = in.readInt(); left > 0; left--) {
      revisions.put(in.readInt(), in.readLong());
    }
    return revisions;
  }

  private static void policy(DataOutputStream out, PolicySnapshot.AcceptedVersion version)
      throws IOException {
    key(out, version.key());
    bytes(out, version.tree());
    text(out, version.who());
  }

  private static PolicySnapshot.AcceptedVersion policy(DataInputStream in) throws IOException {
    return new PolicySnapshot.AcceptedVersion(key(in), bytes(in), text(in));
  }

  private static void waiting(DataOutputStream out, PolicySnapshot.WaitingVersion waiting)
      throws IOException {
    policy(out, waiting.version());
    out.writeInt(waiting.witness());
  }

  private static PolicySnapshot.WaitingVersion waiting(DataInputStream in) throws IOException {
    return new PolicySnapshot.WaitingVersion(policy(in), in.readInt());
  }

  private static void identity(DataOutputStream out, ClusterRecord.Identity identity)
      throws IOException {
    out.writeInt(identity.number());
    write(out, identity.labels().texts(), PolicySnapshotCodec::text);
  }

  private static void endpoint(DataOutputStream out, ClusterRecord.Endpoint endpoint)
      throws IOException {
    out.writeLong(endpoint.id());
    text(out, endpoint.namespace());
    text(out, endpoint.pod());
    text(out, endpoint.uid());
    text(out, endpoint.node());
    write(out, endpoint.addresses(), PolicySnapshotCodec::ip);
    out.writeInt(endpoint.identity());
    write(out, endpoint.labels().texts(), PolicySnapshotCodec::text);
    text(out, endpoint.workloadKind());
    text(out, endpoint.workload());
    write(
        out,
        endpoint.namedPorts(),
        (to, port) -> {
          text(to, port.name());
          to.writeInt(port.port());
          text(to, port.protocol());
        });
    out.writeBoolean(endpoint.audit());
  }

  private static ClusterRecord.Endpoint endpoint(DataInputStream in) throws IOException {
    return new ClusterRecord.Endpoint(
        in.readLong(),
        text(in),
        text(in),
        text(in),
        text(in),
        read(in, PolicySnapshotCodec::ip),
        in.readInt(),
        labels(in),
        text(in),
        text(in),
        read(in, item -> new ClusterRecord.NamedPort(text(item), item.readInt(), text(item))),
        in.readBoolean());
  }

  private static void address(DataOutputStream out, ClusterRecord.Address address)
      throws IOException {
    ip(out, address.prefix().address());
    out.writeByte(address.prefix().length());
    out.writeInt(address.identity());
    text(out, address.node());
    write(out, address.nodeAddresses(), PolicySnapshotCodec::ip);
    out.writeLong(address.endpoint());
    text(out, address.namespace());
    text(out, address.pod());
    out.writeBoolean(address.audit());
    out.writeInt(address.ownIdentity());
    text(out, address.workloadKind());
    text(out, address.workload());
  }

  private static ClusterRecord.Address address(DataInputStream in) throws IOException {
    return new ClusterRecord.Address(
        new Prefix(ip(in), in.readUnsignedByte()),
        in.readInt(),
        text(in),
        read(in, PolicySnapshotCodec::ip),
        in.readLong(),
        text(in),
        text(in),
        in.readBoolean(),
        in.readInt(),
        text(in),
        text(in));
  }

  private static void diagnostic(DataOutputStream out, DiagnosticRecord diagnostic)
      throws IOException {
    out.writeLong(diagnostic.position());
    out.writeLong(diagnostic.timeMillis());
    text(out, diagnostic.severity().name());
    text(out, diagnostic.code());
    key(out, diagnostic.object());
    text(out, diagnostic.file());
    out.writeInt(diagnostic.line());
    text(out, diagnostic.path());
    text(out, diagnostic.message());
    text(out, diagnostic.writer());
  }

  private static DiagnosticRecord diagnostic(DataInputStream in) throws IOException {
    return new DiagnosticRecord(
        in.readLong(),
        in.readLong(),
        Finding.Severity.valueOf(text(in)),
        text(in),
        key(in),
        text(in),
        in.readInt(),
        text(in),
        text(in),
        text(in));
  }

  private static void ip(DataOutputStream out, IpAddress address) throws IOException {
    out.writeBoolean(address.v6());
    out.writeLong(address.high());
    out.writeLong(address.low());
  }

  private static IpAddress ip(DataInputStream in) throws IOException {
    return new IpAddress(in.readBoolean(), in.readLong(), in.readLong());
  }

  private static LabelSet labels(DataInputStream in) throws IOException {
    return LabelSet.parse(read(in, PolicySnapshotCodec::text));
  }

  private static void key(DataOutputStream out, ObjectKey key) throws IOException {
    text(out, key.toString());
  }

  private static ObjectKey key(DataInputStream in) throws IOException {
    return ObjectKey.parse(text(in));
  }

  private static void text(DataOutputStream out, String text) throws IOException {
    bytes(out, text.getBytes(StandardCharsets.UTF_8));
  }

  private static String text(DataInputStream in) throws IOException {
    return new String(bytes(in), StandardCharsets.UTF_8);
  }

  private static void bytes(DataOutputStream out, byte[] bytes) throws IOException {
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static byte[] bytes(DataInputStream in) throws IOException {
    int length = in.readInt();
    byte[] bytes = length < 0 ? new byte[0] : in.readNBytes(length);
    if (bytes.length != length) {
      throw new IOException("wanted " + length + " bytes, got " + bytes.length);
    }
    return bytes;
  }

  private static <T> void write(DataOutputStream out, Collection<T> items, Write<T> write)
      throws IOException {
    out.writeInt(items.size());
    for (T item : items) {
      write.item(out, item);
    }
  }

  private static <T> List<T> read(DataInputStream in, Read<T> read) throws IOException {
    int size = in.readInt();
    List<T> items = new ArrayList<>(Math.clamp(size, 0, 1 << 16));
    for (int i = 0; i < size; i++) {
      items.add(read.item(in));
    }
    return List.copyOf(items);
  }
}
