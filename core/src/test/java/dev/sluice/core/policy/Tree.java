package dev.sluice.core.policy;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads YAML's flow form, as much of it as tests need: {@code {a: [b, 'c', 1, true, null]}}. */
public final class Tree {
  private final String text;
  private int at;

  private Tree(String text) {
    this.text = text;
  }

  public static Object of(String text) {
    Tree tree = new Tree(text);
    Object value = tree.value();
    tree.blanks();
    if (tree.at != text.length()) {
      throw new IllegalArgumentException("rest: " + text.substring(tree.at));
    }
    return value;
  }

  private Object value() {
    blanks();
    return switch (text.charAt(at)) {
      case '{' -> object();
      case '[' -> list();
      case '\'' -> quoted();
      default -> plain();
    };
  }

  private Map<String, Object> object() {
    Map<String, Object> map = new LinkedHashMap<>();
    at++;
    while (!skip('}')) {
      Object key = value();
      expect(':');
      map.put(String.valueOf(key), value());
      skip(',');
    }
    return map;
  }

  private List<Object> list() {
    List<Object> list = new ArrayList<>();
    at++;
    while (!skip(']')) {
      list.add(value());
      skip(',');
    }
    return list;
  }

  private String quoted() {
    int end = text.indexOf('\'', at + 1);
    String found = text.substring(at + 1, end);
    at = end + 1;
    return found;
  }

  private Object plain() {
    int from = at;
    while (at < text.length() && ",:]} ".indexOf(text.charAt(at)) < 0) {
      at++;
    }
    String word = text.substring(from, at);
    return switch (word) {
      case "true" -> true;
      case "false" -> false;
      case "null" -> null;
      default -> word.matches("-?[0-9]+") ? (Object) Long.valueOf(word) : word;
    };
  }

  private void expect(char wanted) {
    if (!skip(wanted)) {
      throw new IllegalArgumentException("wanted " + wanted + ": " + text.substring(at));
    }
  }

  private boolean skip(char wanted) {
    blanks();
    boolean there = at < text.length() && text.charAt(at) == wanted;
    at += there ? 1 : 0;
    return there;
  }

  private void blanks() {
    while (at < text.length() && text.charAt(at) == ' ') {
      at++;
    }
  }
}
