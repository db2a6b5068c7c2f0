package dev.sluice.ingest.manifest;

import java.util.List;
import java.util.Map;

/**
 * On which line each field of an object stands: a tree of the object's shape.
 *
 * @param line from 1
 * @param fields of a mapping; the line of a field is that of its key
 * @param items of a list
 */
public record Lines(int line, Map<String, Lines> fields, List<Lines> items) {
  static Lines leaf(int line) {
    return new Lines(line, Map.of(), List.of());
  }

  /**
   * The line of a field, or of the nearest thing around it that is there.
   *
   * @param path {@code spec.ingress[0].toPorts}; keys may hold dots
   */
  public int of(String path) {
    if (path.isEmpty()) {
      return line;
    }
    if (path.startsWith("[")) {
      int end = path.indexOf(']');
      int index = end < 2 ? -1 : index(path.substring(1, end));
      return index < 0 || index >= items.size()
          ? line
          : items.get(index).of(path.substring(end + 1));
    }
    String rest = path.startsWith(".") ? path.substring(1) : path;
    String best = null;
    for (String key : fields.keySet()) {
      boolean fits =
          rest.startsWith(key)
              && (rest.length() == key.length()
                  || rest.charAt(key.length()) == '.'
                  || rest.charAt(key.length()) == '[');
      if (fits && (best == null || key.length() > best.length())) {
        best = key;
      }
    }
    return best == null ? line : fields.get(best).of(rest.substring(best.length()));
  }

  /** The lines below a field; this when there is no such field. */
  public Lines below(String field) {
    return fields.getOrDefault(field, this);
  }

  /** The lines of an item; this when there is no such item. */
  Lines item(int index) {
    return index < items.size() ? items.get(index) : this;
  }

  private static int index(String digits) {
    try {
      return Integer.parseInt(digits);
    } catch (NumberFormatException e) {
      return -1;
    }
  }
}
