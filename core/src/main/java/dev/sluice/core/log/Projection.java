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
  private static final int MOST_BYTES_A_CHARACTER = 3;

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
    int room = canonical.length;
    for (String text : texts) {
      room += Integer.BYTES + MOST_BYTES_A_CHARACTER * text.length();
    }
    Copy copy = new Copy(canonical, new byte[room], false);
    copy.all(this, texts);
    return Arrays.copyOf(copy.out, copy.size);
  }

  /** Whether {@link #of(Map, List)} gives these bytes; of a {@link LazyTree} it makes none. */
  public boolean gives(byte[] bytes, Map<String, Object> tree, List<String> texts) {
    if (!(tree instanceof LazyTree lazy)) {
      return Arrays.equals(bytes, of(tree, texts));
    }
    Copy copy = new Copy(lazy.canonical(), bytes, true);
    copy.all(this, texts);
    return copy.same && copy.size == bytes.length;
  }

  /**
   * What is kept of a field of an object of which this is kept; for whoever makes both the
   * canonical bytes and these from something else. Of a list the same is kept of every item, other
   * values are kept whole.
   *
   * @param in bytes of the field's name, from {@code from} to before {@code to}
   * @return null when nothing is
   */
  public Projection field(byte[] in, int from, int to) {
    return names.length == 0 ? this : below(in, from, to);
  }

  private Projection below(byte[] in, int from, int to) {
    for (int i = 0; i < names.length; i++) {
      if (names[i].length == to - from && Arrays.equals(names[i], 0, to - from, in, from, to)) {
        return below[i];
      }
    }
    return null;
  }

  /** One walk over canonical bytes, that writes what is kept or compares it. */
  private static final class Copy {
    private final byte[] in;

    /** Filled, or what is compared with. */
    private final byte[] out;

    private final boolean compares;
    private boolean same = true;
    private int at;
    private int size;

    private Copy(byte[] in, byte[] out, boolean compares) {
      this.in = in;
      this.out = out;
      this.compares = compares;
    }

    private void all(Projection kept, List<String> texts) {
      value(kept);
      for (String text : texts) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        size += Integer.BYTES;
        number(size - Integer.BYTES, bytes.length);
        keep(bytes, 0, bytes.length);
      }
    }

    private void number(int place, int number) {
      if (!compares) {
        CanonicalTree.intAt(out, place, number);
      } else {
        same =
            same
                && place + Integer.BYTES <= out.length
                && CanonicalTree.intAt(out, place) == number;
      }
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
      keep(in, at, at + 1);
      int fields = count();
      int countAt = size;
      size += Integer.BYTES;
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
      number(countAt, left);
    }

    /** Steps over a type and a count; returns the count. */
    private int count() {
      int count = CanonicalTree.intAt(in, at + 1);
      at += 1 + Integer.BYTES;
      return count;
    }

    private void keep(int from) {
      keep(in, from, at);
    }

    private void keep(byte[] bytes, int from, int to) {
      int end = size + to - from;
      if (!compares) {
        System.arraycopy(bytes, from, out, size, to - from);
      } else {
        same = same && end <= out.length && Arrays.equals(bytes, from, to, out, size, end);
      }
      size = end;
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
