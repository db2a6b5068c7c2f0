package dev.sluice.e2e;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.cli.Main;
import dev.sluice.node.kernel.RequiresKernel;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The story of the README, as {@code sluice demo --once} tells it. */
@RequiresKernel
class StoryTest {
  @TempDir private Path data;

  @Test
  void everyStepOfTheDemoHolds() {
    System.setProperty("sluice.home", Lab.ROOT.toString());
    StringWriter text = new StringWriter();
    PrintWriter out = new PrintWriter(text);
    int status =
        Main.commandLine()
            .setOut(out)
            .setErr(out)
            .execute("demo", "--once", "--data", data.resolve("lab").toString());
    out.flush();
    assertEquals(0, status, text.toString());
  }
}
