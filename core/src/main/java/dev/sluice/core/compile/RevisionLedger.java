package dev.sluice.core.compile;

import dev.sluice.core.log.ObjectEvent;
import java.util.HexFormat;
import java.util.List;

/** The revision in force, and the digest of what was read since. One fold owns it. */
final class RevisionLedger {
  private long revision;
  private String hash;
  private byte[] digest;
  private final Sha256 chain = Sha256.start();

  private RevisionLedger(long revision, String hash, byte[] digest) {
    this.revision = revision;
    this.hash = hash;
    this.digest = digest;
  }

  static RevisionLedger empty() {
    return new RevisionLedger(0, "", new byte[Sha256.BYTES]);
  }

  static RevisionLedger restore(PolicySnapshot snapshot) {
    return new RevisionLedger(
        snapshot.revision(), snapshot.revisionHash(), snapshot.inputDigest().clone());
  }

  /** 0 before the first. */
  long revision() {
    return revision;
  }

  /** Hex; empty before the first. */
  String hash() {
    return hash;
  }

  /** Chained over the records since the revision in force. */
  byte[] digest() {
    return digest.clone();
  }

  /** Chains a record, folded or dropped. */
  void read(ObjectEvent event) {
    digest = chain.bytes(digest).bytes(event.head()).tree(event.body()).end();
  }

  /** Makes a revision of the record that was read last. */
  RevisionMade make(
      ObjectEvent event, long next, String root, List<String> policies, List<Integer> subjects) {
    RevisionMade made =
        new RevisionMade(
            next,
            event.offset(),
            event.timeMillis(),
            event.key(),
            event.type(),
            event.who(),
            root,
            revision,
            hash,
            HexFormat.of().formatHex(digest),
            policies,
            subjects);
    revision = next;
    hash = root;
    digest = new byte[Sha256.BYTES];
    return made;
  }
}
