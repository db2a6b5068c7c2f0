package dev.sluice.core.log;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The fields of a tree that somebody reads. {@link #of} leaves the others out of its canonical
 * bytes, without making the tree: two trees are the same to that reader when what is left is equal.
 * A path goes through every item of a list. Immutable.
 */
public final class Projection {
  private static final Projection ALL = new Projection(new byte[0][], new Projection[0]);

  /** Names of the fields that are kept, and what of each. Empty: the whole value is kept. */
  private final byte[][] names;

  private final Projection[] below;

  private Projection(byte[][] names, Projection[] below) {
    this.names = names;
    this.below = below;
  }

  /**
   * @param paths the names from the top down to a field that is kept whole; one that goes on below
   *     another adds nothing to it
   */
  @SafeVarargs
  public static Projection of(List<String>... paths) {
    TreeMap<String, List<List<String>>> fields = new TreeMap<>();
    for (List<String> path : paths) {
      if (path.isEmpty()) {
        return ALL;
      }
      List<String> rest = path.subList(1, path.size());
      fields.merge(path.getFirst(), List.of(rest), Projection::joined);
    }
    byte[][] names = new byte[fields.size()][];
    Projection[] below = new Projection[fields.size()];
    int i = 0;
    for (Map.Entry<String, List<List<String>>> field : fields.entrySet()) {
      names[i] = field.getKey().getBytes(StandardCharsets.UTF_8);
      below[i++] = of(paths(field.getValue()));
    }
    return new Projection(names, below);
  }

  private static List<List<String>> joined(List<List<String>> some, List<List<String>> more) {
    return Stream.concat(some.stream(), more.stream()).toList();
  }

  @SuppressWarnings({"unchecked", "rawtypes"})
  private static List<String>[] paths(List<List<String>> paths) {
    return paths.toArray(new List[0]);
  }

  /**
   * The canonical bytes of what is kept of a tree: an object whose fields are all left out stays as
   * an empty one.
   *
   * @param tree a body, or any other tree
   */
  public byte[] of(Map<String, Object> tree) {
    return of(tree, List.of());
  }

  /**
   * As {@link #of(Map)}, followed by texts, each with its length. A {@link LazyTree} keeps what was
   * asked of it last.
   */
  public byte[] of(Map<String, Object> tree, List<String> texts) {
    return tree instanceof LazyTree lazy
        ? lazy.projected(this, texts)
        : of(CanonicalTree.encode(tree), texts);
  }

  byte[] of(byte[] canonical, List<String> texts) {
    byte[][] after = new byte[texts.size()][];
    int room = canonical.length;
    for (int i = 0; i < after.length; i++) {
      after[i] = texts.get(i).getBytes(StandardCharsets.UTF_8);
      room += Integer.BYTES + after[i].length;
    }
    Copy copy = new Copy(canonical, room);
    copy.value(this);
    for (byte[] text : after) {
      copy.text(text);
    }
    return Arrays.copyOf(copy.out, copy.size);
  }

  private Projection below(byte[] in, int from, int to) {
    for (int i = 0; i < names.length; i++) {
      if (names[i].length == to - from && Arrays.equals(names[i], 0, to - from, in, from, to)) {
        return below[i];
      }
    }
    return null;
  }

  /** One walk over canonical bytes. */
  private static final class Copy {
    private final byte[] in;
    private final byte[] out;
    private int at;
    private int size;

    private Copy(byte[] in, int room) {
      this.in = in;
      this.out = new byte[room];
    }

    private void text(byte[] text) {
      CanonicalTree.intAt(out, size, text.length);
      System.arraycopy(text, 0, out, size + Integer.BYTES, text.length);
      size += Integer.BYTES + text.length;
    }

    private void value(Projection kept) {
      int from = at;
      if (kept.names.length == 0) {
        skip();
        keep(from);
      } else if (in[at] == CanonicalTree.OBJECT) {
        object(kept);
      } else if (in[at] == CanonicalTree.LIST) {
        int items = count();
        keep(from);
        for (int i = 0; i < items; i++) {
          value(kept);
        }
      } else {
        skip();
        keep(from);
      }
    }

    private void object(Projection kept) {
      int from = at;
      int fields = count();
      keep(from);
      int countAt = size - Integer.BYTES;
      int left = 0;
      for (int i = 0; i < fields; i++) {
        int name = at;
        int end = name + Integer.BYTES + CanonicalTree.intAt(in, name);
        Projection field = kept.below(in, name + Integer.BYTES, end);
        at = end;
        if (field == null) {
          skip();
        } else {
          keep(name);
          value(field);
          left++;
        }
      }
      CanonicalTree.intAt(out, countAt, left);
    }

    /** Steps over a type and a count; returns the count. */
    private int count() {
      int count = CanonicalTree.intAt(in, at + 1);
      at += 1 + Integer.BYTES;
      return count;
    }

    private void keep(int from) {
      System.arraycopy(in, from, out, size, at - from);
      size += at - from;
    }

    private void skip() {
      switch (in[at]) {
        case CanonicalTree.OBJECT -> {
          for (int left = count(); left > 0; left--) {
            at += Integer.BYTES + CanonicalTree.intAt(in, at);
            skip();
          }
        }
        case CanonicalTree.LIST -> {
          for (int left = count(); left > 0; left--) {
            skip();
          }
        }
        case CanonicalTree.STRING -> at += 1 + Integer.BYTES + CanonicalTree.intAt(in, at + 1);
        case CanonicalTree.LONG, CanonicalTree.DOUBLE -> at += 1 + Long.BYTES;
        default -> at++;
      }
    }
  }
}
