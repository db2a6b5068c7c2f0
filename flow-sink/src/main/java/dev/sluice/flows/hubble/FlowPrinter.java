package dev.sluice.flows.hubble;

import dev.sluice.schemas.Flow;
import dev.sluice.schemas.FlowPeer;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Prints flows in hubble's line forms. Not thread-safe: the table form holds its rows until {@link
 * #end}.
 */
public final class FlowPrinter {
  /** hubble's {@code --output}. */
  public enum Format {
    COMPACT,
    DICT,
    TABLE,
    JSON,
    JSONPB
  }

  /**
   * @param nodeName print the node
   * @param policyNames print the policies that decided
   * @param numeric addresses instead of pod names
   */
  public record Options(
      Format format,
      boolean nodeName,
      boolean policyNames,
      boolean numeric,
      ZoneId zone,
      String cluster) {}

  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("MMM dd HH:mm:ss.SSS", Locale.ENGLISH);
  private static final String DICT_RULE = "------------";

  private final Options options;
  private final HubbleJson json;
  private final List<String[]> rows = new ArrayList<>();
  private final boolean streaming;
  private boolean first = true;

  /**
   * @param streaming rows come one by one without an end: the table's columns then get fixed widths
   */
  public FlowPrinter(Options options, boolean streaming) {
    this.options = options;
    this.json = new HubbleJson(options.cluster());
    this.streaming = streaming;
  }

  /** The text of one flow with line ends; empty when it is held back for {@link #end}. */
  public String print(Flow flow) {
    return switch (options.format()) {
      case COMPACT -> compact(flow) + "\n";
      case DICT -> dict(flow);
      case JSON, JSONPB -> json.line(flow) + "\n";
      case TABLE -> {
        String[] row = row(flow);
        if (streaming) {
          String text = (first ? fixed(header()) : "") + fixed(row);
          first = false;
          yield text;
        }
        rows.add(row);
        yield "";
      }
    };
  }

  /** What was held back: the table with aligned columns. */
  public String end() {
    if (options.format() != Format.TABLE || streaming) {
      return "";
    }
    rows.addFirst(header());
    int[] widths = new int[rows.getFirst().length];
    for (String[] row : rows) {
      for (int i = 0; i < row.length; i++) {
        widths[i] = Math.max(widths[i], row[i].length());
      }
    }
    StringBuilder text = new StringBuilder();
    rows.forEach(row -> text.append(padded(row, widths)));
    rows.clear();
    return text.toString();
  }

  private String compact(Flow flow) {
    StringBuilder line = new StringBuilder(stamp(flow.getTime()));
    if (options.nodeName()) {
      line.append(" [").append(flow.getNode()).append(']');
    }
    boolean reply = Boolean.TRUE.equals(flow.getReply());
    String arrow = flow.getReply() == null ? "<>" : reply ? "<-" : "->";
    line.append(": ").append(reply ? destination(flow) : source(flow));
    line.append(' ').append(arrow).append(' ').append(reply ? source(flow) : destination(flow));
    line.append(' ').append(FlowText.type(flow)).append(' ').append(verdict(flow));
    return line.append(" (").append(FlowText.summary(flow)).append(')').toString();
  }

  private String verdict(Flow flow) {
    String names = options.policyNames() ? FlowText.policyNames(flow) : "";
    String verdict = FlowText.verdict(flow);
    String needed =
        options.policyNames() && !flow.getNeeded().isEmpty() ? "; needed: " + flow.getNeeded() : "";
    return (names.isEmpty() ? verdict : verdict + " BY " + names) + needed;
  }

  private String dict(Flow flow) {
    StringBuilder text = new StringBuilder(first ? "" : DICT_RULE + "\n");
    first = false;
    field(text, "TIMESTAMP", stamp(flow.getTime()));
    if (options.nodeName()) {
      field(text, "NODE", flow.getNode());
    }
    field(text, "SOURCE", source(flow));
    field(text, "DESTINATION", destination(flow));
    field(text, "TYPE", FlowText.type(flow));
    field(text, "VERDICT", verdict(flow));
    field(text, "SUMMARY", FlowText.summary(flow));
    return text.toString();
  }

  private static void field(StringBuilder text, String name, String value) {
    text.append(String.format("%11s: %s%n", name, value));
  }

  private String[] header() {
    return options.nodeName()
        ? new String[] {"TIMESTAMP", "NODE", "SOURCE", "DESTINATION", "TYPE", "VERDICT", "SUMMARY"}
        : new String[] {"TIMESTAMP", "SOURCE", "DESTINATION", "TYPE", "VERDICT", "SUMMARY"};
  }

  private String[] row(Flow flow) {
    List<String> cells = new ArrayList<>(List.of(stamp(flow.getTime())));
    if (options.nodeName()) {
      cells.add(flow.getNode());
    }
    cells.addAll(
        List.of(
            source(flow),
            destination(flow),
            FlowText.type(flow),
            verdict(flow),
            FlowText.summary(flow)));
    return cells.toArray(String[]::new);
  }

  private String fixed(String[] row) {
    int[] widths =
        options.nodeName()
            ? new int[] {19, 10, 38, 38, 30, 9, 0}
            : new int[] {19, 38, 38, 30, 9, 0};
    return padded(row, widths);
  }

  private static String padded(String[] row, int[] widths) {
    StringBuilder line = new StringBuilder();
    for (int i = 0; i < row.length; i++) {
      line.append(row[i]);
      if (i < row.length - 1) {
        line.append(" ".repeat(Math.max(0, widths[i] - row[i].length()) + 3));
      }
    }
    return line.append('\n').toString();
  }

  private String source(Flow flow) {
    return peer(flow.getSource(), flow.getSourceIp(), flow.getSourcePort());
  }

  private String destination(Flow flow) {
    return peer(flow.getDestination(), flow.getDestinationIp(), flow.getDestinationPort());
  }

  private String peer(FlowPeer peer, String ip, int port) {
    return FlowText.peer(peer, ip, port, options.numeric());
  }

  private String stamp(Instant time) {
    return STAMP.format(time.atZone(options.zone()));
  }
}
