package dev.sluice.cli.past;

import dev.sluice.cli.Refusal;
import dev.sluice.core.compile.IdentityFold;
import dev.sluice.core.compile.LogFold;
import dev.sluice.core.compile.PolicySnapshot;
import dev.sluice.schemas.Snapshot;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * The images in two records of topic snapshots: those of another version and damaged ones are
 * refused, since a replay that began with them would say nothing about the log.
 */
final class SnapshotImages {
  private SnapshotImages() {}

  /**
   * A fold that goes on where both were taken.
   *
   * @param begin offset at which the log begins now, for messages
   * @throws Refusal when one of them cannot be read; what it says
   */
  static LogFold restore(long begin, Snapshot identities, Snapshot policies) {
    byte[] cluster = image(begin, identities, IdentityFold.FORMAT);
    byte[] policy = image(begin, policies, PolicySnapshot.FORMAT);
    try {
      return LogFold.restore(cluster, policy);
    } catch (RuntimeException e) { // bytes that some other encoder made, under our number
      throw refusal(begin, "the snapshots cannot be read (" + e.getMessage() + ")", e);
    }
  }

  private static byte[] image(long begin, Snapshot snapshot, int format) {
    if (snapshot.getFormat() != format) {
      throw refusal(
          begin,
          "the snapshot of %s has format %d, and this version reads %d"
              .formatted(snapshot.getStream(), snapshot.getFormat(), format),
          null);
    }
    ByteBuffer image = snapshot.getImage().duplicate();
    byte[] bytes = new byte[image.remaining()];
    image.get(bytes);
    if (!hash(bytes).equals(snapshot.getHash())) {
      throw refusal(
          begin, "the snapshot of " + snapshot.getStream() + " is damaged: not its hash", null);
    }
    return bytes;
  }

  private static Refusal refusal(long begin, String why, Throwable cause) {
    return new Refusal(
        ("The log begins at offset %d, and %s: replay with the version that wrote it, or when the"
                + " streams of this version have written their next ones")
            .formatted(begin, why),
        cause);
  }

  private static String hash(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
