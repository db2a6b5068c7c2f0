package dev.sluice.core.compile;

import dev.sluice.core.log.CanonicalTree;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/**
 * SHA-256 over fields that are written with their lengths, so that no two lists of fields collide.
 */
final class Sha256 {
  static final int BYTES = 32;

  private final MessageDigest digest;
  private final DataOutputStream out;

  private Sha256(MessageDigest digest) {
    this.digest = digest;
    this.out =
        new DataOutputStream(new DigestOutputStream(OutputStream.nullOutputStream(), digest));
  }

  static Sha256 start() {
    try {
      return new Sha256(MessageDigest.getInstance("SHA-256"));
    } catch (NoSuchAlgorithmException missing) {
      throw new AssertionError("every Java platform has SHA-256", missing);
    }
  }

  Sha256 text(String text) {
    return write(to -> CanonicalTree.writeText(to, text));
  }

  Sha256 number(long number) {
    return write(to -> to.writeLong(number));
  }

  Sha256 bytes(byte[] bytes) {
    digest.update(bytes);
    return this;
  }

  /** A tree in its canonical form. */
  Sha256 tree(Object tree) {
    return bytes(CanonicalTree.encode(tree));
  }

  byte[] end() {
    return digest.digest();
  }

  private interface Step {
    void to(DataOutputStream out) throws IOException;
  }

  private Sha256 write(Step step) {
    try {
      step.to(out);
      return this;
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }
}
