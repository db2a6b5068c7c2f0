package dev.sluice.node.flow;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * Avro's binary encoding of what a flow consists of, into a buffer that grows and is used again.
 * Format: Avro specification, "Binary encoding". For one thread.
 */
final class AvroBytes {
  private byte[] bytes = new byte[1024];
  private int size;

  /** Begins a record in the Confluent wire format. */
  AvroBytes begin(int schemaId) {
    size = 0;
    put(0);
    put(schemaId >>> 24);
    put(schemaId >>> 16);
    put(schemaId >>> 8);
    put(schemaId);
    return this;
  }

  /** An int, a long, an enum's index or a union's branch: zigzag, seven bits a byte. */
  AvroBytes number(long value) {
    long rest = value << 1 ^ value >> 63;
    room(10);
    while ((rest & ~0x7fL) != 0) {
      bytes[size++] = (byte) (rest & 0x7f | 0x80);
      rest >>>= 7;
    }
    bytes[size++] = (byte) rest;
    return this;
  }

  AvroBytes flag(boolean value) {
    put(value ? 1 : 0);
    return this;
  }

  AvroBytes text(String value) {
    byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
    number(utf8.length);
    room(utf8.length);
    System.arraycopy(utf8, 0, bytes, size, utf8.length);
    size += utf8.length;
    return this;
  }

  AvroBytes texts(List<String> values) {
    int count = values.size();
    if (count > 0) {
      number(count);
      for (int i = 0; i < count; i++) {
        text(values.get(i));
      }
    }
    return number(0);
  }

  byte[] end() {
    return Arrays.copyOf(bytes, size);
  }

  private void put(int value) {
    room(1);
    bytes[size++] = (byte) value;
  }

  private void room(int count) {
    if (size + count > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(2 * bytes.length, size + count));
    }
  }
}
