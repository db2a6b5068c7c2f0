package dev.sluice.core.cluster;

import dev.sluice.core.label.LabelSet;
import dev.sluice.core.log.LogGate;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;
import dev.sluice.core.policy.CidrGroup;
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
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** The binary form of {@link ClusterSnapshot}: big-endian, lengths before contents, no padding. */
final class ClusterSnapshotCodec {
  private static final int FORMAT = 3;

  private ClusterSnapshotCodec() {}

  private interface Write<T> {
    void item(DataOutputStream out, T item) throws IOException;
  }

  private interface Read<T> {
    T item(DataInputStream in) throws IOException;
  }

  static byte[] encode(ClusterSnapshot snapshot) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 16);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeInt(FORMAT);
      gate(out, snapshot.gate());
      text(out, snapshot.cluster());
      out.writeLong(snapshot.timeMillis());
      out.writeLong(snapshot.lastEndpoint());
      write(
          out,
          snapshot.nextNumbers().entrySet(),
          (to, next) -> {
            text(to, next.getKey().name());
            to.writeInt(next.getValue());
          });
      write(out, snapshot.identities(), ClusterSnapshotCodec::identity);
      write(
          out,
          snapshot.namespaces().entrySet(),
          (to, namespace) -> {
            text(to, namespace.getKey());
            texts(to, namespace.getValue());
          });
      write(out, snapshot.nodes(), ClusterSnapshotCodec::node);
      write(out, snapshot.pods(), ClusterSnapshotCodec::pod);
      write(out, snapshot.claims(), ClusterSnapshotCodec::claim);
      peers(out, snapshot.peers());
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  static ClusterSnapshot decode(byte[] bytes) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      int format = in.readInt();
      if (format != FORMAT) {
        throw new IllegalArgumentException(
            "cluster snapshot has format " + format + ", this version reads " + FORMAT);
      }
      ClusterSnapshot snapshot = snapshot(in);
      if (in.available() > 0) {
        throw new IllegalArgumentException(
            "cluster snapshot has " + in.available() + " bytes after its end");
      }
      return snapshot;
    } catch (IOException damaged) {
      throw new IllegalArgumentException("cluster snapshot ends early", damaged);
    }
  }

  private static ClusterSnapshot snapshot(DataInputStream in) throws IOException {
    return new ClusterSnapshot(
        gate(in),
        text(in),
        in.readLong(),
        in.readLong(),
        nextNumbers(in),
        read(in, ClusterSnapshotCodec::identity),
        namespaces(in),
        read(in, ClusterSnapshotCodec::node),
        read(in, ClusterSnapshotCodec::pod),
        read(in, ClusterSnapshotCodec::claim),
        peers(in));
  }

  private static SortedMap<IdentityScope, Integer> nextNumbers(DataInputStream in)
      throws IOException {
    SortedMap<IdentityScope, Integer> next = new TreeMap<>();
    for (int left = count(in); left > 0; left--) {
      next.put(IdentityScope.valueOf(text(in)), in.readInt());
    }
    return next;
  }

  private static void peers(DataOutputStream out, ClusterSnapshot.Peers peers) throws IOException {
    write(
        out,
        peers.policies(),
        (to, kept) -> {
          text(to, kept.key().toString());
          to.writeInt(kept.tree().length);
          to.write(kept.tree());
        });
    write(
        out,
        peers.replaced(),
        (to, kept) -> {
          text(to, kept.key().toString());
          to.writeInt(kept.tree().length);
          to.write(kept.tree());
        });
    write(
        out,
        peers.groups(),
        (to, group) -> {
          text(to, group.name());
          write(to, group.prefixes(), ClusterSnapshotCodec::prefix);
          write(to, group.labels().texts(), ClusterSnapshotCodec::text);
        });
    write(
        out,
        peers.listings(),
        (to, service) -> {
          text(to, service.name());
          texts(to, service.labels());
        });
    write(
        out,
        peers.slices(),
        (to, slice) -> {
          text(to, slice.name());
          text(to, slice.service());
          write(to, slice.addresses(), ClusterSnapshotCodec::prefix);
        });
  }

  private static ClusterSnapshot.Peers peers(DataInputStream in) throws IOException {
    return new ClusterSnapshot.Peers(
        read(in, from -> new PeerObjects.Kept(ObjectKey.parse(text(from)), bytes(from))),
        read(in, from -> new PeerObjects.Kept(ObjectKey.parse(text(from)), bytes(from))),
        read(
            in,
            from ->
                new CidrGroup(
                    text(from),
                    read(from, ClusterSnapshotCodec::prefix),
                    LabelSet.parse(read(from, ClusterSnapshotCodec::text)))),
        read(in, from -> new ServiceAddresses.Listing(text(from), texts(from))),
        read(
            in,
            from ->
                new ServiceAddresses.Slice(
                    text(from), text(from), read(from, ClusterSnapshotCodec::prefix))));
  }

  private static byte[] bytes(DataInputStream in) throws IOException {
    byte[] bytes = new byte[count(in)];
    in.readFully(bytes);
    return bytes;
  }

  private static void gate(DataOutputStream out, LogGate.State gate) throws IOException {
    out.writeLong(gate.position());
    out.writeLong(gate.epoch());
    out.writeLong(gate.base());
    write(out, gate.syncedKinds(), ClusterSnapshotCodec::text);
  }

  private static LogGate.State gate(DataInputStream in) throws IOException {
    return new LogGate.State(
        in.readLong(),
        in.readLong(),
        in.readLong(),
        new TreeSet<>(read(in, ClusterSnapshotCodec::text)));
  }

  private static void identity(DataOutputStream out, HeldNumber held) throws IOException {
    out.writeInt(held.number());
    write(out, held.labels().texts(), ClusterSnapshotCodec::text);
    out.writeLong(held.releaseAtMillis());
  }

  private static HeldNumber identity(DataInputStream in) throws IOException {
    return new HeldNumber(
        in.readInt(), LabelSet.parse(read(in, ClusterSnapshotCodec::text)), in.readLong());
  }

  private static SortedMap<String, SortedMap<String, String>> namespaces(DataInputStream in)
      throws IOException {
    TreeMap<String, SortedMap<String, String>> namespaces = new TreeMap<>();
    int count = count(in);
    for (int i = 0; i < count; i++) {
      namespaces.put(text(in), texts(in));
    }
    return namespaces;
  }

  private static void node(DataOutputStream out, NodeFacts node) throws IOException {
    text(out, node.name());
    write(out, node.underlay(), ClusterSnapshotCodec::address);
    write(out, node.podCidrs(), ClusterSnapshotCodec::prefix);
  }

  private static NodeFacts node(DataInputStream in) throws IOException {
    return new NodeFacts(
        text(in), read(in, ClusterSnapshotCodec::address), read(in, ClusterSnapshotCodec::prefix));
  }

  private static void pod(DataOutputStream out, ClusterSnapshot.PodEntry pod) throws IOException {
    PodFacts facts = pod.facts();
    out.writeLong(pod.endpoint());
    text(out, facts.namespace());
    text(out, facts.name());
    text(out, facts.uid());
    text(out, facts.node());
    write(out, facts.addresses(), ClusterSnapshotCodec::address);
    texts(out, facts.labels());
    text(out, facts.serviceAccount());
    text(out, facts.workloadKind());
    text(out, facts.workload());
    write(
        out,
        facts.namedPorts(),
        (to, port) -> {
          text(to, port.name());
          to.writeInt(port.port());
          text(to, port.protocol());
        });
    out.writeBoolean(facts.audit());
  }

  private static ClusterSnapshot.PodEntry pod(DataInputStream in) throws IOException {
    long endpoint = in.readLong();
    PodFacts facts =
        new PodFacts(
            text(in),
            text(in),
            text(in),
            text(in),
            read(in, ClusterSnapshotCodec::address),
            texts(in),
            text(in),
            text(in),
            text(in),
            read(in, i -> new ClusterRecord.NamedPort(text(i), i.readInt(), text(i))),
            in.readBoolean());
    return new ClusterSnapshot.PodEntry(facts, endpoint);
  }

  private static void claim(DataOutputStream out, AddressClaim claim) throws IOException {
    prefix(out, claim.prefix());
    text(out, claim.claimant().name());
    text(out, claim.owner());
    out.writeLong(claim.since());
  }

  private static AddressClaim claim(DataInputStream in) throws IOException {
    return new AddressClaim(
        prefix(in), AddressClaim.Claimant.valueOf(text(in)), text(in), in.readLong());
  }

  private static void address(DataOutputStream out, IpAddress address) throws IOException {
    out.write(address.mapped());
  }

  private static IpAddress address(DataInputStream in) throws IOException {
    byte[] sixteen = new byte[16];
    in.readFully(sixteen);
    return IpAddress.ofMapped(sixteen);
  }

  private static void prefix(DataOutputStream out, Prefix prefix) throws IOException {
    address(out, prefix.address());
    out.writeByte(prefix.length());
  }

  private static Prefix prefix(DataInputStream in) throws IOException {
    return new Prefix(address(in), in.readUnsignedByte());
  }

  private static void texts(DataOutputStream out, SortedMap<String, String> texts)
      throws IOException {
    write(
        out,
        texts.entrySet(),
        (to, entry) -> {
          text(to, entry.getKey());
          text(to, entry.getValue());
        });
  }

  private static SortedMap<String, String> texts(DataInputStream in) throws IOException {
    TreeMap<String, String> texts = new TreeMap<>();
    int count = count(in);
    for (int i = 0; i < count; i++) {
      texts.put(text(in), text(in));
    }
    return texts;
  }

  private static void text(DataOutputStream out, String text) throws IOException {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(utf8.length);
    out.write(utf8);
  }

  private static String text(DataInputStream in) throws IOException {
    byte[] utf8 = new byte[count(in)];
    in.readFully(utf8);
    return new String(utf8, StandardCharsets.UTF_8);
  }

  private static <T> void write(DataOutputStream out, Collection<T> items, Write<T> write)
      throws IOException {
    out.writeInt(items.size());
    for (T item : items) {
      write.item(out, item);
    }
  }

  private static <T> List<T> read(DataInputStream in, Read<T> read) throws IOException {
    List<T> items = new ArrayList<>();
    int count = count(in);
    for (int i = 0; i < count; i++) {
      items.add(read.item(in));
    }
    return items;
  }

  /** No item is shorter than a byte, so a count beyond what is left is damage. */
  private static int count(DataInputStream in) throws IOException {
    int count = in.readInt();
    if (count < 0 || count > in.available()) {
      throw new IllegalArgumentException("cluster snapshot is damaged: a count of " + count);
    }
    return count;
  }
}
