package dev.sluice.cli.output;

import java.io.PrintWriter;

/**
 * Through which everything goes that a command prints. What commands show was written by others (a
 * name that a resolver gave, a label, a manifest's text), and none of that may move the cursor,
 * colour, hide or turn around text on somebody's terminal: a control character is printed as {@code
 * \}{@code u001b}, which in JSON means the same. Ends of lines and tabs stay. As thread-safe as any
 * PrintWriter.
 */
public final class TerminalWriter extends PrintWriter {
  /**
   * @param to what is printed on; tells {@link #checkError} of a reader that is gone
   */
  public TerminalWriter(PrintWriter to) {
    super(to, true);
  }

  @Override
  public void write(int character) {
    if (isControl((char) character)) {
      super.write(escaped((char) character));
    } else {
      super.write(character);
    }
  }

  @Override
  public void write(char[] text, int offset, int length) {
    write(new String(text, offset, length), 0, length);
  }

  @Override
  public void write(String text, int offset, int length) {
    int end = offset + length;
    int from = offset;
    for (int at = offset; at < end; at++) {
      if (isControl(text.charAt(at))) {
        super.write(text, from, at - from);
        super.write(escaped(text.charAt(at)));
        from = at + 1;
      }
    }
    super.write(text, from, end - from);
  }

  /** C0, DEL and C1 controls, and what changes the direction in which text is shown. */
  private static boolean isControl(char character) {
    return character < ' ' && character != '\n' && character != '\t'
        || character >= '\u007f' && character <= '\u009f'
        || character >= '\u202a' && character <= '\u202e'
        || character >= '\u2066' && character <= '\u2069';
  }

  private static String escaped(char character) {
    return "\\u%04x".formatted((int) character);
  }
}
