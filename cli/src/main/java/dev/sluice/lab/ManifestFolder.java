package dev.sluice.lab;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.stream.Stream;

/**
 * The folder that ingest watches, as the lab writes it: one object a file, every file replaced
 * whole.
 */
record ManifestFolder(Path root) {
  private static final String NODE = "Node__";

  /** What a write did to a file. */
  enum Change {
    CREATED,
    CONFIGURED,
    UNCHANGED
  }

  Change write(String file, String text) {
    String before = read(file);
    if (text.equals(before)) {
      return Change.UNCHANGED;
    }
    FileTree.write(root.resolve(file), text);
    return before == null ? Change.CREATED : Change.CONFIGURED;
  }

  /** The file's content, or null. */
  String read(String file) {
    try {
      return Files.readString(root.resolve(file));
    } catch (NoSuchFileException e) {
      return null;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** How many objects there are beside the lab's own nodes. */
  int objects() {
    try (Stream<Path> files = Files.list(root)) {
      return (int) files.filter(file -> !file.getFileName().toString().startsWith(NODE)).count();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Puts a former content back; null removes the file. */
  void restore(String file, String before) {
    if (before == null) {
      delete(file);
    } else {
      FileTree.write(root.resolve(file), before);
    }
  }

  /** Whether there was such a file. */
  boolean delete(String file) {
    try {
      return Files.deleteIfExists(root.resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Whether there was such a node. */
  boolean deleteNode(int index) {
    return delete(NODE + LabNames.node(index) + ".yaml");
  }

  /** What ingest's bookmark of a file with this content says. */
  static String hash(String text) {
    return LabNames.hash(
        new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8), 16);
  }

  /** The manifest of a node of the lab, which an API server would have from its kubelet. */
  void writeNode(int index) {
    String name = LabNames.node(index);
    write(
        NODE + name + ".yaml",
        """
        apiVersion: v1
        kind: Node
        metadata:
          name: %1$s
          labels: {kubernetes.io/hostname: %1$s}
        spec:
          podCIDR: %2$s
          podCIDRs: [%2$s, "%3$s"]
        status:
          addresses:
          - {type: InternalIP, address: %4$s}
          - {type: InternalIP, address: "%5$s"}
          - {type: Hostname, address: %1$s}
        """
            .formatted(
                name,
                WirePlan.podCidr4(index),
                WirePlan.podCidr6(index),
                WirePlan.node4(index),
                WirePlan.node6(index)));
  }
}
