package dev.sluice.cli.past;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.cli.Refusal;
import dev.sluice.core.compile.IdentityFold;
import dev.sluice.core.compile.PolicyFold;
import dev.sluice.core.compile.PolicySnapshot;
import dev.sluice.schemas.Snapshot;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SnapshotImagesTest {
  private static final byte[] CLUSTER = IdentityFold.empty("default").image();
  private static final byte[] POLICY = PolicyFold.empty().snapshot().encode();
  private static final Snapshot IDENTITIES =
      snapshot("identity-stream", IdentityFold.FORMAT, CLUSTER);
  private static final Snapshot POLICIES = snapshot("policy-stream", PolicySnapshot.FORMAT, POLICY);

  private static Snapshot snapshot(String stream, int format, byte[] image) {
    return new Snapshot(stream, format, Map.of(), hash(image), ByteBuffer.wrap(image));
  }

  private static String hash(byte[] image) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(image));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  /** Of the version before, or of the next: the first number that the image itself begins with. */
  private static byte[] ofFormat(int format, byte[] image) {
    return ByteBuffer.wrap(image.clone()).putInt(0, format).array();
  }

  @Test
  void whatThisVersionWroteIsRestored() {
    assertEquals(-1, SnapshotImages.restore(40, IDENTITIES, POLICIES).position());
  }

  static Stream<Arguments> refused() {
    Snapshot damaged = snapshot("policy-stream", PolicySnapshot.FORMAT, POLICY);
    damaged.setHash("0".repeat(64));
    int before = PolicySnapshot.FORMAT - 1;
    return Stream.of(
        Arguments.of(
            snapshot("identity-stream", 3, CLUSTER),
            POLICIES,
            "the snapshot of identity-stream has format 3, and this version reads "
                + IdentityFold.FORMAT),
        Arguments.of(
            IDENTITIES,
            snapshot("policy-stream", before, POLICY),
            "the snapshot of policy-stream has format "
                + before
                + ", and this version reads "
                + PolicySnapshot.FORMAT),
        Arguments.of(
            IDENTITIES,
            snapshot("policy-stream", PolicySnapshot.FORMAT + 1, new byte[] {1, 2, 3}),
            "the snapshot of policy-stream has format "
                + (PolicySnapshot.FORMAT + 1)
                + ", and this version reads "
                + PolicySnapshot.FORMAT),
        Arguments.of(IDENTITIES, damaged, "the snapshot of policy-stream is damaged: not its hash"),
        Arguments.of(
            IDENTITIES,
            snapshot("policy-stream", PolicySnapshot.FORMAT, ofFormat(before, POLICY)),
            "the snapshots cannot be read (policy snapshot has format "
                + before
                + ", this version reads "
                + PolicySnapshot.FORMAT
                + ")"));
  }

  @ParameterizedTest
  @MethodSource("refused")
  void whatAnotherVersionWroteIsRefusedWithASentence(
      Snapshot identities, Snapshot policies, String why) {
    Refusal refusal =
        assertThrows(Refusal.class, () -> SnapshotImages.restore(40, identities, policies));
    assertEquals(
        "The log begins at offset 40, and "
            + why
            + ": replay with the version that wrote it, or when the streams of this version have"
            + " written their next ones",
        refusal.getMessage());
  }
}
