package dev.sluice.bench;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.sluice.cli.Refusal;
import dev.sluice.cli.look.NodeSocket;
import dev.sluice.lab.LabHandle;
import dev.sluice.lab.LabState;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * An applier that was killed, from its process's start until it has realised a large world; its
 * memory.
 */
final class ColdStartBenchmark implements Benchmark.AtOnce {
  private static final double TICKS_A_SECOND = 100; // USER_HZ
  private static final long PAUSE_NANOS = 5_000_000;
  private static final long LONGEST_NANOS = 120_000_000_000L;

  @Override
  public String name() {
    return "cold-start";
  }

  @Override
  public String about() {
    return "an applier's start until realised, with 1 000 policies and identities, 10 000"
        + " endpoints; its memory";
  }

  @Override
  public List<Row> run(int rounds) throws Exception {
    Samples seconds = new Samples();
    Samples mebibytes = new Samples();
    try (BenchLab lab = BenchLab.up(1, World.idlePod("bench", "server", "server"))) {
      lab.addWorld(
          World.manifests(1_000, 1_000, 10_000),
          World.policy("bench", "server", "server", "client"));
      long wanted = position(lab.handle());
      for (int round = 0; round < rounds; round++) {
        lab.sluice("lab", "kill", "node-applier@node-1");
        Process start = startApplier(lab);
        long begun = System.nanoTime();
        while (position(lab.handle()) < wanted) {
          if (System.nanoTime() - begun > LONGEST_NANOS) {
            throw new IllegalStateException("the applier does not realise position " + wanted);
          }
          LockSupport.parkNanos(PAUSE_NANOS);
        }
        double realised = uptimeSeconds();
        start.waitFor();
        Path process = Path.of("/proc", lab.applierPid());
        seconds.add(realised - startedSeconds(process));
        mebibytes.add(residentMebibytes(process));
      }
    }
    return List.of(
        Row.atMost(name(), "until realised, p50", seconds.median(), "s", 5),
        Row.atMost(name(), "resident memory, p50", mebibytes.median(), "MiB", 200));
  }

  private static Process startApplier(BenchLab lab) throws IOException {
    return new ProcessBuilder(
            Path.of(System.getProperty("sluice.home")).resolve("sluice").toString(),
            "lab",
            "start",
            "node-applier@node-1",
            "--data",
            lab.handle().files().data().toString())
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start();
  }

  /** The position that node 1 has realised; -1 while it does not answer. */
  private static long position(LabHandle lab) {
    LabState.Node node = lab.node("node-1");
    try (NodeSocket socket = NodeSocket.open(node)) {
      return socket
          .ask(JsonNodeFactory.instance.objectNode().put("op", "status"))
          .path("position")
          .asLong(-1);
    } catch (Refusal e) {
      return -1;
    }
  }

  /** Since the machine's start. */
  private static double uptimeSeconds() throws IOException {
    return Double.parseDouble(Files.readString(Path.of("/proc/uptime")).split(" ")[0]);
  }

  /** When a process started, since the machine's start: field 22 of proc_pid_stat(5). */
  private static double startedSeconds(Path process) throws IOException {
    String stat = Files.readString(process.resolve("stat"));
    return Long.parseLong(stat.substring(stat.lastIndexOf(')') + 2).split(" ")[19])
        / TICKS_A_SECOND;
  }

  private static double residentMebibytes(Path process) throws IOException {
    for (String line : Files.readAllLines(process.resolve("status"))) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) / 1024.0;
      }
    }
    throw new IllegalStateException("the applier ended");
  }
}
