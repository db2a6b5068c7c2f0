package dev.sluice.ingest.manifest;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A short name for a content: the first 16 hex digits of its SHA-256. */
public final class ContentHash {
  private static final int BYTES = 8;

  private ContentHash() {}

  public static String of(byte[] content) {
    return HexFormat.of().formatHex(sha256(content), 0, BYTES);
  }

  public static String of(String text) {
    return of(text.getBytes(StandardCharsets.UTF_8));
  }

  /** A UUID (version 8) made of a text. */
  public static String uuid(String text) {
    byte[] digest = sha256(text.getBytes(StandardCharsets.UTF_8));
    digest[6] = (byte) (digest[6] & 0x0f | 0x80);
    digest[8] = (byte) (digest[8] & 0x3f | 0x80);
    String hex = HexFormat.of().formatHex(digest, 0, 16);
    return String.join(
        "-",
        hex.substring(0, 8),
        hex.substring(8, 12),
        hex.substring(12, 16),
        hex.substring(16, 20),
        hex.substring(20));
  }

  private static byte[] sha256(byte[] content) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(content);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }
}
