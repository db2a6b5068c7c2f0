package dev.sluice.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SandboxTest {
  @TempDir private Path cgroup;

  /** As kubectl does: who asked for a command that is not there learns which, and where. */
  @Test
  void aCommandThatIsNotThereIsNamedWithItsPlace() throws IOException, InterruptedException {
    Sandbox sandbox = new Sandbox("slc-none", cgroup);
    for (String missing : List.of("nonsense", "/no/such/file")) {
      Process process =
          new ProcessBuilder(sandbox.command("shop/web", List.of(missing, "--flag")))
              .redirectErrorStream(true)
              .start();
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(127, process.waitFor(), said);
      assertEquals("shop/web: '" + missing + "' not found", said.strip());
    }
  }
}
