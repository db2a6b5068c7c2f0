package dev.sluice.cli.output;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;

/**
 * A table as kubectl prints one: upper-case headers, columns padded to their widest cell, three
 * blanks between columns, nothing after the last. A cell may have several lines; its row then has
 * as many. Not thread-safe.
 */
public final class Table {
  private static final String GAP = "   ";

  private final List<String> headers;
  private final List<List<String>> rows = new ArrayList<>();

  public Table(String... headers) {
    this.headers = List.of(headers);
  }

  /**
   * Adds a row; {@code null} prints as nothing.
   *
   * @throws IllegalArgumentException when there are not as many cells as headers
   */
  public Table row(Object... cells) {
    if (cells.length != headers.size()) {
      throw new IllegalArgumentException(
          "row of " + cells.length + " cells for " + headers.size() + " columns");
    }
    List<String> row = new ArrayList<>();
    for (Object cell : cells) {
      row.add(cell == null ? "" : cell.toString());
    }
    rows.add(row);
    return this;
  }

  public void print(PrintWriter out, boolean withHeaders) {
    List<List<String>> lines = new ArrayList<>();
    if (withHeaders) {
      lines.add(headers);
    }
    rows.forEach(row -> lines.addAll(linesOf(row)));
    int[] widths = new int[headers.size()];
    for (List<String> line : lines) {
      for (int i = 0; i < widths.length; i++) {
        widths[i] = Math.max(widths[i], width(line.get(i)));
      }
    }
    for (List<String> line : lines) {
      StringBuilder text = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        String cell = line.get(i);
        text.append(i == 0 ? "" : GAP).append(cell).repeat(' ', widths[i] - width(cell));
      }
      out.println(text.toString().stripTrailing());
    }
  }

  private static List<List<String>> linesOf(List<String> row) {
    List<List<String>> cells = row.stream().map(cell -> cell.lines().toList()).toList();
    int height = Math.max(1, cells.stream().mapToInt(List::size).max().orElse(1));
    List<List<String>> lines = new ArrayList<>();
    for (int at = 0; at < height; at++) {
      int line = at;
      lines.add(cells.stream().map(cell -> line < cell.size() ? cell.get(line) : "").toList());
    }
    return lines;
  }

  private static int width(String text) {
    return text.codePointCount(0, text.length());
  }
}
