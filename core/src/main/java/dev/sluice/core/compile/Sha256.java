package dev.sluice.core.compile;

import dev.sluice.core.log.CanonicalTree;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * SHA-256 over fields that are written with their lengths, so that no two lists of fields collide.
 * After {@link #end} it begins anew. Not thread safe.
 */
final class Sha256 {
  static final int BYTES = 32;

  /** Never given anything: asking the platform for one costs as much as a short digest. */
  private static final MessageDigest EMPTY = empty();

  private final MessageDigest digest;

  /** What was written since the digest was given something: many short fields cost one call. */
  private byte[] gathered = new byte[512];

  private int size;

  private Sha256(MessageDigest digest) {
    this.digest = digest;
  }

  static Sha256 start() {
    try {
      return new Sha256((MessageDigest) EMPTY.clone());
    } catch (CloneNotSupportedException missing) {
      throw new AssertionError("the platform's SHA-256 can be cloned", missing);
    }
  }

  private static MessageDigest empty() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException missing) {
      throw new AssertionError("every Java platform has SHA-256", missing);
    }
  }

  Sha256 text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    room(Integer.BYTES);
    CanonicalTree.intAt(gathered, size, bytes.length);
    size += Integer.BYTES;
    return bytes(bytes);
  }

  Sha256 number(long number) {
    room(Long.BYTES);
    ByteBuffer.wrap(gathered).putLong(size, number);
    size += Long.BYTES;
    return this;
  }

  Sha256 bytes(byte[] bytes) {
    room(bytes.length);
    System.arraycopy(bytes, 0, gathered, size, bytes.length);
    size += bytes.length;
    return this;
  }

  /** A tree in its canonical form. */
  Sha256 tree(Object tree) {
    return bytes(CanonicalTree.encode(tree));
  }

  byte[] end() {
    digest.update(gathered, 0, size);
    size = 0;
    return digest.digest();
  }

  private void room(int more) {
    if (size + more > gathered.length) {
      gathered = Arrays.copyOf(gathered, Math.max(2 * gathered.length, size + more));
    }
  }
}
