package dev.sluice.core.snapshot;

import dev.sluice.core.label.LabelSet;
import dev.sluice.core.log.LogGate;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * Reads what a {@link SnapshotWriter} wrote. Whatever is not that ends in an {@link
 * IllegalArgumentException} that names the snapshot. For one thread.
 */
public final class SnapshotReader {
  private final String name;
  private final ByteBuffer bytes;

  /**
   * @param name of the snapshot, for messages: {@code policy snapshot}
   */
  public SnapshotReader(String name, byte[] bytes) {
    this.name = name;
    this.bytes = ByteBuffer.wrap(bytes);
  }

  /** Reads the number of a format; of another one nothing can be read. */
  public SnapshotReader format(int wanted) {
    int format = number();
    if (format != wanted) {
      throw new IllegalArgumentException(
          name + " has format " + format + ", this version reads " + wanted);
    }
    return this;
  }

  /** What was read whole has nothing left. */
  public void end() {
    if (bytes.hasRemaining()) {
      throw new IllegalArgumentException(
          name + " has " + bytes.remaining() + " bytes after its end");
    }
  }

  public int number() {
    return left(Integer.BYTES).getInt();
  }

  public long longNumber() {
    return left(Long.BYTES).getLong();
  }

  public boolean flag() {
    return left(1).get() != 0;
  }

  public byte[] bytes() {
    byte[] contents = new byte[count()];
    bytes.get(contents);
    return contents;
  }

  public String text() {
    return new String(bytes(), StandardCharsets.UTF_8);
  }

  public <E extends Enum<E>> E constant(Class<E> type) {
    return Enum.valueOf(type, text());
  }

  public ObjectKey key() {
    return ObjectKey.parse(text());
  }

  public IpAddress address() {
    byte[] sixteen = new byte[16];
    left(sixteen.length).get(sixteen);
    return IpAddress.ofMapped(sixteen);
  }

  public Prefix prefix() {
    return new Prefix(address(), Byte.toUnsignedInt(left(1).get()));
  }

  public LabelSet labels() {
    return LabelSet.parse(list(SnapshotReader::text));
  }

  public LogGate.State gate() {
    return new LogGate.State(
        longNumber(), longNumber(), longNumber(), new TreeSet<>(list(SnapshotReader::text)));
  }

  public SortedMap<String, String> texts() {
    return map(SnapshotReader::text, SnapshotReader::text);
  }

  /** Reads a list item by item. */
  public void each(Consumer<? super SnapshotReader> item) {
    for (int left = count(); left > 0; left--) {
      item.accept(this);
    }
  }

  public <T> List<T> list(Function<? super SnapshotReader, ? extends T> item) {
    List<T> items = new ArrayList<>();
    each(from -> items.add(item.apply(from)));
    return List.copyOf(items);
  }

  /** A list of keys with their values. */
  public <K extends Comparable<K>, V> SortedMap<K, V> map(
      Function<? super SnapshotReader, ? extends K> key,
      Function<? super SnapshotReader, ? extends V> value) {
    SortedMap<K, V> entries = new TreeMap<>();
    each(from -> entries.put(key.apply(from), value.apply(from)));
    return entries;
  }

  /** No item is shorter than a byte, so a count beyond what is left is damage. */
  private int count() {
    int count = number();
    if (count < 0 || count > bytes.remaining()) {
      throw new IllegalArgumentException(name + " is damaged: a count of " + count);
    }
    return count;
  }

  private ByteBuffer left(int count) {
    if (bytes.remaining() < count) {
      throw new IllegalArgumentException(name + " ends early");
    }
    return bytes;
  }
}
