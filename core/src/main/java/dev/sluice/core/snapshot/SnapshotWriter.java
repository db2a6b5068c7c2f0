package dev.sluice.core.snapshot;

import dev.sluice.core.label.LabelSet;
import dev.sluice.core.log.LogGate;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;
import java.util.function.BiConsumer;

/**
 * Writes values one after the other, big-endian, lengths before contents, no padding. Equal values
 * give equal bytes; {@link SnapshotReader} reads them in the same order. For one thread.
 */
public final class SnapshotWriter {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream(1 << 12);
  private final DataOutputStream out = new DataOutputStream(bytes);

  private interface Step {
    void run() throws IOException;
  }

  /** Memory does not fail. */
  private SnapshotWriter write(Step step) {
    try {
      step.run();
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return this;
  }

  public SnapshotWriter put(int number) {
    return write(() -> out.writeInt(number));
  }

  public SnapshotWriter put(long number) {
    return write(() -> out.writeLong(number));
  }

  public SnapshotWriter put(boolean flag) {
    return write(() -> out.writeBoolean(flag));
  }

  /** Four bytes of length, then the bytes. */
  public SnapshotWriter put(byte[] contents) {
    put(contents.length);
    return write(() -> out.write(contents));
  }

  /** UTF-8, as {@link #put(byte[])}. */
  public SnapshotWriter put(String text) {
    return put(text.getBytes(StandardCharsets.UTF_8));
  }

  /** By its name, so that a constant may be put between others. */
  public SnapshotWriter put(Enum<?> constant) {
    return put(constant.name());
  }

  public SnapshotWriter put(ObjectKey key) {
    return put(key.toString());
  }

  /** 16 bytes, IPv4 in its v4-mapped form. */
  public SnapshotWriter put(IpAddress address) {
    return put(address.high()).put(address.low());
  }

  public SnapshotWriter put(Prefix prefix) {
    put(prefix.address());
    return write(() -> out.writeByte(prefix.length()));
  }

  public SnapshotWriter put(LabelSet labels) {
    return list(labels.texts(), SnapshotWriter::put);
  }

  public SnapshotWriter put(LogGate.State gate) {
    put(gate.position()).put(gate.epoch()).put(gate.base());
    return list(gate.syncedKinds(), SnapshotWriter::put);
  }

  /** Names and values, in the map's order. */
  public SnapshotWriter put(Map<String, String> texts) {
    return list(texts.entrySet(), (to, entry) -> to.put(entry.getKey()).put(entry.getValue()));
  }

  /** How many there are, then each. */
  public <T> SnapshotWriter list(
      Collection<T> items, BiConsumer<? super SnapshotWriter, ? super T> write) {
    put(items.size());
    items.forEach(item -> write.accept(this, item));
    return this;
  }

  public byte[] toByteArray() {
    return bytes.toByteArray();
  }
}
