package dev.sluice.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class MainTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... args) {
    return Main.commandLine()
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(args);
  }

  @Test
  void versionSucceeds() {
    assertEquals(0, run("version"));
    assertTrue(out.toString().startsWith("sluice "), out.toString());
  }

  @Test
  void wrongUsageIsTwoAndOneSentence() {
    assertEquals(2, run("version", "--nonsense"));
    assertEquals(1, err.toString().lines().count(), err.toString());
    assertEquals(2, run());
    assertEquals(2, run("lab"));
  }

  @Test
  void everyCommandHasHelp() {
    Deque<CommandLine> todo = new ArrayDeque<>();
    todo.add(Main.commandLine());
    while (!todo.isEmpty()) {
      CommandLine next = todo.pop();
      assertTrue(next.getUsageMessage().contains("--help"), next.getCommandSpec().qualifiedName());
      todo.addAll(next.getSubcommands().values());
    }
  }

  @Test
  void completionNamesTheCommands() {
    assertEquals(0, run("completion"));
    assertTrue(out.toString().contains("completion"), "script");
    String script = out.toString();
    for (String shell : new String[] {"bash", "zsh"}) {
      out.getBuffer().setLength(0);
      assertEquals(0, run("completion", shell));
      assertEquals(script, out.toString());
    }
    assertEquals(2, run("completion", "cmd.exe"));
  }
}
