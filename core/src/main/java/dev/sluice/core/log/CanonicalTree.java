package dev.sluice.core.log;

import java.io.ByteArrayOutputStream;
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
  /** The types of values, a byte before each. */
  public static final int NULL = 0;

  public static final int OBJECT = 1;
  public static final int LIST = 2;
  public static final int STRING = 3;
  public static final int LONG = 4;
  public static final int DOUBLE = 5;
  public static final int TRUE = 6;
  public static final int FALSE = 7;

  private CanonicalTree() {}

  /**
   * The bytes of a tree; not to be changed, a body may have them already.
   *
   * @throws IllegalArgumentException when a value is of a type that JSON does not have
   */
  public static byte[] encode(Object tree) {
    if (tree instanceof LazyTree lazy) {
      return lazy.canonical();
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(512);
    try {
      write(new DataOutputStream(bytes), tree);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }

  /**
   * Reads what {@link #encode} gave; maps come out sorted.
   *
   * @throws IllegalArgumentException when it is cut short, or of another format
   */
  public static Object decode(byte[] bytes) {
    try {
      return new Reading(bytes).value();
    } catch (IndexOutOfBoundsException damaged) {
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

  /** The four bytes at a place as a number. */
  public static int intAt(byte[] bytes, int at) {
    return bytes[at] << 24
        | (bytes[at + 1] & 0xff) << 16
        | (bytes[at + 2] & 0xff) << 8
        | bytes[at + 3] & 0xff;
  }

  /** Writes a number as the four bytes at a place. */
  public static void intAt(byte[] bytes, int at, int number) {
    bytes[at] = (byte) (number >> 24);
    bytes[at + 1] = (byte) (number >> 16);
    bytes[at + 2] = (byte) (number >> 8);
    bytes[at + 3] = (byte) number;
  }

  /** One walk over the bytes of a tree. */
  private static final class Reading {
    private final byte[] bytes;
    private int at;

    private Reading(byte[] bytes) {
      this.bytes = bytes;
    }

    private Object value() {
      int type = bytes[at++];
      return switch (type) {
        case NULL -> null;
        case OBJECT -> {
          Map<String, Object> map = new TreeMap<>();
          for (int left = number(); left > 0; left--) {
            map.put(text(), value());
          }
          yield map;
        }
        case LIST -> {
          List<Object> list = new ArrayList<>();
          for (int left = number(); left > 0; left--) {
            list.add(value());
          }
          yield list;
        }
        case STRING -> text();
        case LONG -> bits();
        case DOUBLE -> Double.longBitsToDouble(bits());
        case TRUE -> true;
        case FALSE -> false;
        default -> throw new IllegalArgumentException("tree has an unknown type " + type);
      };
    }

    private int number() {
      int number = intAt(bytes, at);
      at += Integer.BYTES;
      return number;
    }

    private long bits() {
      return (long) number() << Integer.SIZE | number() & 0xffff_ffffL;
    }

    private String text() {
      int length = number();
      String text = new String(bytes, at, length, StandardCharsets.UTF_8);
      at += length;
      return text;
    }
  }
}
