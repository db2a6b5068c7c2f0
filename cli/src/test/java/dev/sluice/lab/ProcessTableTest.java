package dev.sluice.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class ProcessTableTest {
  /** Two threads, of which the second says that it runs. */
  private static final String PROGRAM =
      "import threading, time\n"
          + "threading.Thread(target=lambda: (print('two', flush=True),"
          + " time.sleep(600))).start()\n";

  /** In /proc/PID/stat after the command's closing parenthesis, where state is 0. */
  private static final int NICE = 16;

  private static int nice(Path thread) {
    try {
      String stat = Files.readString(thread.resolve("stat"));
      return Integer.parseInt(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[NICE]);
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void everyThreadOfAProcessYields() throws Exception {
    Process process = new ProcessBuilder("python3", "-c", PROGRAM).start();
    try (var said = process.inputReader(StandardCharsets.UTF_8)) {
      assertEquals("two", said.readLine());
      ProcessTable.yield(ProcessTable.find(process.pid()).orElseThrow());
      try (Stream<Path> threads = Files.list(Path.of("/proc/" + process.pid() + "/task"))) {
        Set<Path> all = threads.collect(Collectors.toSet());
        assertEquals(2, all.size());
        assertEquals(
            Set.of(19), all.stream().map(ProcessTableTest::nice).collect(Collectors.toSet()));
      }
    } finally {
      process.destroyForcibly().waitFor();
    }
    assertTrue(ProcessTable.find(process.pid()).isEmpty());
    ProcessTable.yield(new LabState.Pid(process.pid(), 1)); // is gone: nothing happens
  }
}
