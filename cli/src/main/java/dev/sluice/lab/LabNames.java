package dev.sluice.lab;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The names of everything a lab makes in the kernel, derived from its directory alone, so that
 * {@code lab down} finds what a killed supervisor left.
 *
 * @param prefix {@code slc} and twelve hex digits of the directory's hash: of two labs with one
 *     prefix, each would take the other down as its own remains
 */
public record LabNames(String prefix) {
  private static final int LONGEST_READABLE = 40;
  private static final int DIGITS = 12;

  /** The names of the lab in this directory (absolute; it need not exist). */
  public static LabNames of(Path data) {
    return new LabNames("slc" + hash(data.toAbsolutePath().normalize().toString(), DIGITS));
  }

  /** What {@code metadata.name} node N has. */
  public static String node(int index) {
    return "node-" + index;
  }

  public String nodeNetns(int index) {
    return prefix + "-n" + index;
  }

  public String wireNetns() {
    return prefix + "-wire";
  }

  public String podNetns(String namespace, String pod) {
    return prefix + "-p" + readable(namespace + "-" + pod, namespace + "/" + pod);
  }

  public String outsideNetns(String name) {
    return prefix + "-o-" + readable(name, name);
  }

  /** Where sockets of this lab are: a unix socket's path may have 107 bytes, a data dir more. */
  public Path runtimeDir() {
    return Path.of("/run/sluice", prefix);
  }

  public Path applierSocket(int index) {
    return runtimeDir().resolve(node(index) + ".sock");
  }

  public Path supervisorSocket() {
    return runtimeDir().resolve("lab.sock");
  }

  /** Pin root of the whole lab; each node has a folder in it. */
  public Path bpfDir() {
    return Path.of("/sys/fs/bpf/sluice/v1", prefix);
  }

  public Path bpfDir(int index) {
    return bpfDir().resolve(node(index));
  }

  /**
   * A name with hyphens inside its parts can collide ({@code a-b/c}, {@code a/b-c}), so the hash of
   * the exact name is always there.
   */
  private static String readable(String shown, String exact) {
    String clean = shown.replaceAll("[^A-Za-z0-9.-]", "-");
    return clean.substring(0, Math.min(clean.length(), LONGEST_READABLE))
        + "-"
        + hash(exact, DIGITS);
  }

  static String hash(String text, int digits) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest).substring(0, digits);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
