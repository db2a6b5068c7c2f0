package dev.sluice.cli.output;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.Writer;
import org.junit.jupiter.api.Test;

class TerminalWriterTest {
  private static final String HOSTILE =
      "a\u001b[2Jb\rc\bd\u0007e\u007ff\u009bg\u202eh\u2066i\u0000.example";

  private final StringWriter text = new StringWriter();
  private final PrintWriter out = new TerminalWriter(new PrintWriter(text));

  @Test
  void controlCharactersAreShown() {
    out.println(HOSTILE);
    out.print('\u001b');
    out.write(HOSTILE.toCharArray(), 1, 2);
    out.printf("%s", "\u001b]0;title\u0007");
    out.flush();
    assertEquals(
        "a\\u001b[2Jb\\u000dc\\u0008d\\u0007e\\u007ff\\u009bg\\u202eh\\u2066i\\u0000.example\n"
            + "\\u001b\\u001b[\\u001b]0;title\\u0007",
        text.toString());
  }

  @Test
  void otherTextIsAsItWas() {
    String plain = "\tπ → ü 日本 \ud83d\ude00\nend";
    out.print(plain);
    out.flush();
    assertEquals(plain, text.toString());
  }

  @Test
  void aNameInATableMovesNoCursor() {
    new Table("NAME", "IP").row(HOSTILE, "10.0.0.1").print(out, true);
    out.flush();
    assertTrue(
        text.toString().chars().allMatch(c -> c == '\n' || !Character.isISOControl(c)),
        text.toString());
  }

  @Test
  void jsonMeansTheSame() throws IOException {
    out.print(JsonText.pretty(JsonNodeFactory.instance.textNode(HOSTILE)));
    out.flush();
    assertEquals(HOSTILE, new ObjectMapper().readTree(text.toString()).asText());
  }

  @Test
  void aReaderThatIsGoneIsNoticed() {
    Writer broken =
        new Writer() {
          @Override
          public void write(char[] buffer, int offset, int length) throws IOException {
            throw new IOException("the pipe is closed");
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        };
    PrintWriter over = new TerminalWriter(new PrintWriter(broken));
    over.print("x");
    assertTrue(over.checkError());
  }
}
