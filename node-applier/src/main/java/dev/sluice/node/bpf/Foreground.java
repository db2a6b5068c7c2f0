package dev.sluice.node.bpf;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Work that a node's pods wait for: it takes little time, and should have it at once however busy
 * the node is. Linux keeps the nice level a thread, and threads inherit it from who starts them.
 */
public final class Foreground {
  private static final Logger LOG = LoggerFactory.getLogger(Foreground.class);

  /** Three times an ordinary thread's share where both want a CPU. */
  private static final int NICE = -5;

  private static final Path THREADS = Path.of("/proc/self/task");

  /** The JVM's name for the thread that collects garbage while all others are stopped. */
  private static final String COLLECTOR = "VM Thread";

  private Foreground() {}

  /** The calling thread goes before ordinary ones from now on, where the process may say so. */
  public static void enter() {
    Libc.nice(0, NICE);
  }

  /**
   * So does the thread that collects garbage: whoever is in its way is in the way of all. Where it
   * is not found nothing changes.
   */
  public static void collector() {
    try (Stream<Path> all = Files.list(THREADS)) {
      for (Path thread : all.toList()) {
        if (name(thread).equals(List.of(COLLECTOR))) {
          Libc.nice(Integer.parseInt(thread.getFileName().toString()), NICE);
        }
      }
    } catch (IOException e) {
      LOG.debug("the threads of this process cannot be listed: {}", e.getMessage());
    }
  }

  /** Nothing for a thread that has ended meanwhile. */
  private static List<String> name(Path thread) {
    try {
      return Files.readAllLines(thread.resolve("comm"));
    } catch (IOException e) {
      return List.of();
    }
  }
}
