package dev.sluice.node.kernel;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Counts bpf(2) calls of one process that write maps, by the kernel's own trace of system calls: an
 * instance of tracefs with its own buffer, gone when closed. For tests and benchmarks; needs root.
 */
public final class BpfCalls implements AutoCloseable {
  private static final Path TRACING = Path.of("/sys/kernel/tracing");

  /** BPF_MAP_UPDATE_ELEM, BPF_MAP_DELETE_ELEM, BPF_MAP_UPDATE_BATCH, BPF_MAP_DELETE_BATCH. */
  private static final String WRITES = "cmd == 2 || cmd == 3 || cmd == 26 || cmd == 27";

  private final Path instance;

  /**
   * Begins to count.
   *
   * @param pid of the process, whose threads of now and later are meant
   */
  public BpfCalls(long pid) throws IOException, InterruptedException {
    if (!Files.exists(TRACING.resolve("instances"))) {
      new ProcessBuilder("mount", "-t", "tracefs", "tracefs", TRACING.toString()).start().waitFor();
    }
    instance = TRACING.resolve("instances/slct" + ProcessHandle.current().pid() + "-" + pid);
    Files.createDirectory(instance);
    write("options/event-fork", "1");
    write("set_event_pid", String.join(" ", threads(pid)));
    write("events/syscalls/sys_enter_bpf/filter", WRITES);
    write("events/syscalls/sys_enter_bpf/enable", "1");
  }

  private static List<String> threads(long pid) throws IOException {
    try (Stream<Path> tasks = Files.list(Path.of("/proc/" + pid + "/task"))) {
      return tasks.map(task -> task.getFileName().toString()).toList();
    }
  }

  /** Calls seen so far, a line each, which begins with the thread's name. */
  public List<String> seen() throws IOException {
    try (Stream<String> lines = Files.lines(instance.resolve("trace"))) {
      return lines.filter(line -> line.contains("sys_bpf(")).toList();
    }
  }

  /** Whether a call wrote several entries at once. */
  public static boolean isBatch(String call) {
    return call.contains("cmd: 0x1a");
  }

  private void write(String file, String text) throws IOException {
    Files.writeString(instance.resolve(file), text + "\n");
  }

  @Override
  public void close() throws IOException {
    write("events/syscalls/sys_enter_bpf/enable", "0");
    Files.delete(instance);
  }
}
