package dev.sluice.core.compile;

import dev.sluice.core.label.LabelSet;
import java.util.BitSet;
import java.util.HexFormat;
import java.util.TreeMap;

/**
 * A Merkle tree over subjects. A leaf's place is given by the hash of its labels alone: 4096
 * buckets, the leaves of a bucket sorted, and three levels of sixteen above them. So the root is
 * the same whatever came first, and changing one leaf hashes one bucket and three nodes. Not thread
 * safe.
 */
final class MerkleTree {
  private static final int FAN = 16;
  private static final int BUCKETS = FAN * FAN * FAN;

  private record Place(int bucket, String key) {}

  /** Leaves by bucket: hex of the labels' hash to hex of the leaf's. Null for an empty bucket. */
  @SuppressWarnings({"unchecked", "rawtypes"})
  private final TreeMap<String, String>[] buckets = new TreeMap[BUCKETS];

  private final byte[][] bucketHashes = new byte[BUCKETS][];
  private final byte[][] upper = new byte[FAN * FAN][];
  private final byte[][] top = new byte[FAN][];
  private final BitSet dirty = new BitSet(BUCKETS);
  private String root = "";

  MerkleTree() {
    dirty.set(0, BUCKETS);
  }

  /** Sets the leaf of a label set. */
  void put(LabelSet labels, String leafHash) {
    Place place = place(labels);
    TreeMap<String, String> bucket = buckets[place.bucket];
    if (bucket == null) {
      bucket = new TreeMap<>();
      buckets[place.bucket] = bucket;
    }
    if (!leafHash.equals(bucket.put(place.key, leafHash))) {
      dirty.set(place.bucket);
    }
  }

  void remove(LabelSet labels) {
    Place place = place(labels);
    TreeMap<String, String> bucket = buckets[place.bucket];
    if (bucket != null && bucket.remove(place.key) != null) {
      dirty.set(place.bucket);
      if (bucket.isEmpty()) {
        buckets[place.bucket] = null;
      }
    }
  }

  /** The root, lower-case hex; hashes what has changed since it was last asked for. */
  String root() {
    if (dirty.isEmpty()) {
      return root;
    }
    BitSet dirtyUpper = new BitSet();
    BitSet dirtyTop = new BitSet();
    for (int i = dirty.nextSetBit(0); i >= 0; i = dirty.nextSetBit(i + 1)) {
      bucketHashes[i] = hash(buckets[i]);
      dirtyUpper.set(i / FAN);
    }
    for (int i = dirtyUpper.nextSetBit(0); i >= 0; i = dirtyUpper.nextSetBit(i + 1)) {
      upper[i] = node(bucketHashes, i * FAN);
      dirtyTop.set(i / FAN);
    }
    for (int i = dirtyTop.nextSetBit(0); i >= 0; i = dirtyTop.nextSetBit(i + 1)) {
      top[i] = node(upper, i * FAN);
    }
    dirty.clear();
    root = HexFormat.of().formatHex(node(top, 0));
    return root;
  }

  private static byte[] hash(TreeMap<String, String> bucket) {
    if (bucket == null) {
      return new byte[Sha256.BYTES];
    }
    Sha256 hash = Sha256.start().text("sluice.bucket.1").number(bucket.size());
    bucket.forEach((key, leaf) -> hash.text(key).text(leaf));
    return hash.end();
  }

  private static byte[] node(byte[][] below, int from) {
    Sha256 hash = Sha256.start().text("sluice.node.1");
    for (int i = from; i < from + FAN; i++) {
      hash.bytes(below[i]);
    }
    return hash.end();
  }

  private static Place place(LabelSet labels) {
    byte[] key = Sha256.start().text(labels.canonical()).end();
    int bucket = ((key[0] & 0xff) << 4) | ((key[1] & 0xff) >>> 4);
    return new Place(bucket, HexFormat.of().formatHex(key));
  }
}
