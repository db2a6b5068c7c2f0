package dev.sluice.cli.lab;

import dev.sluice.lab.LabOptions;
import dev.sluice.lab.Supervisor;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.CountDownLatch;

/** A lab that lives as long as this process: SIGINT and SIGTERM take it down. */
final class ForegroundLab {
  /** Printed when everything runs; {@link DetachedLab} waits for it. */
  static final String UP = "lab is up";

  private final LabOptions options;
  private final PrintWriter out;
  private final PrintWriter err;

  ForegroundLab(LabOptions options, PrintWriter out, PrintWriter err) {
    this.options = options;
    this.out = out;
    this.err = err;
  }

  /** Runs until a signal; returns only when the start failed. */
  int up() throws IOException, InterruptedException {
    long began = System.nanoTime();
    Supervisor supervisor =
        new Supervisor(options, text -> say("%5.1f s  %s".formatted(seconds(began), text)));
    CountDownLatch down = new CountDownLatch(1);
    Thread hook =
        new Thread(
            () -> {
              supervisor.close();
              down.countDown();
            },
            "lab-down");
    Runtime.getRuntime().addShutdownHook(hook);
    int status = supervisor.start(this::say, this::complain);
    say(
        "%5.1f s  %s in %s%s"
            .formatted(
                seconds(began),
                UP,
                options.data(),
                status == 0 ? "" : " (with what is said above)"));
    down.await();
    return status;
  }

  private static double seconds(long began) {
    return (System.nanoTime() - began) / 1e9;
  }

  private void say(String text) {
    out.println(text);
    out.flush();
  }

  private void complain(String text) {
    err.println(text);
    err.flush();
  }
}
