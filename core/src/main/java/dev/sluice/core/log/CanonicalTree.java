package dev.sluice.core.log;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A tree of maps, lists and scalars as bytes: fields sorted, a field that is null left out, so that
 * two trees are the same to a policy reader exactly when their bytes are equal.
 */
public final class CanonicalTree {
  private static final int NULL = 0;
  private static final int OBJECT = 1;
  private static final int LIST = 2;
  private static final int STRING = 3;
  private static final int LONG = 4;
  private static final int DOUBLE = 5;
  private static final int TRUE = 6;
  private static final int FALSE = 7;

  private CanonicalTree() {}

  /**
   * @throws IllegalArgumentException when a value is of a type that JSON does not have
   */
  public static byte[] encode(Object tree) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    try {
      write(new DataOutputStream(bytes), tree);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  /** Reads what {@link #encode} gave; maps come out sorted. */
  public static Object decode(byte[] bytes) {
    try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes))) {
      return read(in);
    } catch (IOException damaged) {
      throw new IllegalArgumentException("tree is cut short", damaged);
    }
  }

  public static void write(DataOutputStream out, Object value) throws IOException {
    switch (value) {
      case null -> out.writeByte(NULL);
      case Map<?, ?> map -> writeObject(out, map);
      case List<?> list -> {
        out.writeByte(LIST);
        out.writeInt(list.size());
        for (Object item : list) {
          write(out, item);
        }
      }
      case String text -> {
        out.writeByte(STRING);
        writeText(out, text);
      }
      case Boolean truth -> out.writeByte(truth ? TRUE : FALSE);
      case Double number -> {
        out.writeByte(DOUBLE);
        out.writeDouble(number);
      }
      case Float number -> write(out, number.doubleValue());
      case Number number -> {
        out.writeByte(LONG);
        out.writeLong(number.longValue());
      }
      default -> throw new IllegalArgumentException("no JSON value: " + value.getClass());
    }
  }

  private static void writeObject(DataOutputStream out, Map<?, ?> map) throws IOException {
    TreeMap<String, Object> sorted = new TreeMap<>();
    map.forEach(
        (field, value) -> {
          if (value != null) {
            sorted.put(String.valueOf(field), value);
          }
        });
    out.writeByte(OBJECT);
    out.writeInt(sorted.size());
    for (Map.Entry<String, Object> field : sorted.entrySet()) {
      writeText(out, field.getKey());
      write(out, field.getValue());
    }
  }

  public static void writeText(DataOutputStream out, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static Object read(DataInputStream in) throws IOException {
    int type = in.readUnsignedByte();
    return switch (type) {
      case NULL -> null;
      case OBJECT -> {
        Map<String, Object> map = new TreeMap<>();
        for (int left = in.readInt(); left > 0; left--) {
          map.put(readText(in), read(in));
        }
        yield map;
      }
      case LIST -> {
        List<Object> list = new ArrayList<>();
        for (int left = in.readInt(); left > 0; left--) {
          list.add(read(in));
        }
        yield list;
      }
      case STRING -> readText(in);
      case LONG -> in.readLong();
      case DOUBLE -> in.readDouble();
      case TRUE -> true;
      case FALSE -> false;
      default -> throw new IllegalArgumentException("tree has an unknown type " + type);
    };
  }

  private static String readText(DataInputStream in) throws IOException {
    int length = in.readInt();
    byte[] bytes = in.readNBytes(length);
    if (bytes.length != length) {
      throw new IOException("wanted " + length + " bytes, got " + bytes.length);
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }
}
