package dev.sluice.core.service;

import dev.sluice.core.desired.ServiceRow;
import dev.sluice.core.log.CanonicalTree;
import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.log.ObjectKey;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;

/**
 * What a {@link ServiceFold} remembers, as bytes: the accepted versions of its objects as far as
 * they are read, nodes, numbers. Everything else follows from these.
 */
final class ServiceSnapshot {
  private static final int LONGEST_TREE = 16 << 20;

  private ServiceSnapshot() {}

  /** Accepted versions by key, reduced to the fields that are read. */
  static final class Objects {
    private record Version(byte[] tree, String who) {}

    private final TreeMap<ObjectKey, Version> versions = new TreeMap<>();

    void put(ObjectEvent event) {
      put(event.key(), reduced(event.body()), event.who());
    }

    void put(ObjectKey key, Map<String, Object> body, String who) {
      versions.put(key, new Version(CanonicalTree.encode(body), who == null ? "" : who));
    }

    void remove(ObjectKey key) {
      versions.remove(key);
    }

    String who(ObjectKey key) {
      Version version = versions.get(key);
      return version == null ? null : version.who;
    }

    private static Map<String, Object> reduced(Map<String, Object> body) {
      Map<String, Object> reduced = new HashMap<>();
      for (String field : List.of("spec", "status", "addressType", "ports", "endpoints")) {
        reduced.put(field, body.get(field));
      }
      if (body.get("metadata") instanceof Map<?, ?> metadata && metadata.get("labels") != null) {
        reduced.put("metadata", Map.of("labels", metadata.get("labels")));
      }
      return reduced;
    }
  }

  /** Takes one object of a snapshot. */
  interface Sink {
    void object(ObjectKey key, Map<String, Object> body, String who);
  }

  static byte[] encode(Objects objects, Collection<ServiceRow.Node> nodes, ServiceNumbers numbers) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 12);
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      out.writeInt(numbers.next());
      out.writeInt(numbers.all().size());
      for (var service : numbers.all().entrySet()) {
        out.writeUTF(service.getKey());
        out.writeInt(service.getValue().size());
        for (var name : service.getValue().entrySet()) {
          out.writeUTF(name.getKey());
          out.writeInt(name.getValue());
        }
      }
      out.writeInt(nodes.size());
      for (ServiceRow.Node node : nodes) {
        out.writeUTF(node.name());
        out.writeUTF(node.zone());
      }
      out.writeInt(objects.versions.size());
      for (var entry : objects.versions.entrySet()) {
        out.writeUTF(entry.getKey().toString());
        out.writeUTF(entry.getValue().who);
        out.writeInt(entry.getValue().tree.length);
        out.write(entry.getValue().tree);
      }
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  @SuppressWarnings("unchecked")
  static void decode(
      byte[] bytes, ServiceNumbers numbers, Consumer<ServiceRow.Node> nodes, Sink objects) {
    if (bytes.length == 0) {
      return;
    }
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      numbers.restore(in.readInt());
      for (int left = in.readInt(); left > 0; left--) {
        String service = in.readUTF();
        for (int names = in.readInt(); names > 0; names--) {
          numbers.restore(service, in.readUTF(), in.readInt());
        }
      }
      for (int left = in.readInt(); left > 0; left--) {
        nodes.accept(new ServiceRow.Node(in.readUTF(), in.readUTF()));
      }
      for (int left = in.readInt(); left > 0; left--) {
        ObjectKey key = ObjectKey.parse(in.readUTF());
        String who = in.readUTF();
        byte[] tree = new byte[Math.clamp(in.readInt(), 0, LONGEST_TREE)];
        in.readFully(tree);
        objects.object(key, (Map<String, Object>) CanonicalTree.decode(tree), who);
      }
    } catch (IOException damaged) {
      throw new IllegalArgumentException("snapshot of Services is cut short", damaged);
    }
  }
}
