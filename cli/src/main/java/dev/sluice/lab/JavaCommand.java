package dev.sluice.lab;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * How the lab starts a JVM: this one's Java and class path, tuned to be there soon and to be small.
 * The AOT cache that the launcher trained for that class path, and names in {@code sluice.aot}, is
 * used when it is there.
 */
public final class JavaCommand {
  private JavaCommand() {}

  /** Everything up to the main class; the caller adds it and its arguments. */
  public static List<String> start(int heapMegabytes) {
    return compiledSoon(start(heapMegabytes, true));
  }

  /**
   * As {@link #start}, for a process of which every node has one: without the AOT cache, whose
   * classes of all processes cost 40 MiB of memory and save 0.3 s of a start.
   */
  public static List<String> startSmall(int heapMegabytes) {
    return start(heapMegabytes, false);
  }

  /**
   * As {@link #start}, for a stream: with a young generation that is collected often and quickly.
   * What a fold makes lives until the object behind it changes, so it is copied once or twice,
   * whenever that is; the JVM's own choice, a third of the heap, lets a change wait for all of it
   * at once, and is touched for the first time for a quarter of an hour, which looks like a leak.
   */
  public static List<String> startStream(int heapMegabytes) {
    return young(start(heapMegabytes), heapMegabytes);
  }

  /** As {@link #startStream}, without the AOT cache. */
  public static List<String> startSmallStream(int heapMegabytes) {
    return compiledSoon(young(startSmall(heapMegabytes), heapMegabytes));
  }

  /**
   * What a change runs through once is otherwise interpreted for its first 250 changes. Not for the
   * applier: so much more compiled code is 8 MiB of its memory.
   */
  private static List<String> compiledSoon(List<String> command) {
    command.add(command.indexOf("-XX:TieredStopAtLevel=1") + 1, "-XX:CompileThresholdScaling=0.1");
    return command;
  }

  private static List<String> young(List<String> command, int heapMegabytes) {
    command.addAll(
        command.indexOf("-Xmx" + heapMegabytes + "m") + 1,
        List.of("-Xmn24m", "-XX:MaxTenuringThreshold=2"));
    return command;
  }

  /**
   * As {@link #startSmall}, for the applier, of which a node has one for its whole life: a young
   * generation with room for what a batch of records leaves, so that it does not die old, and a
   * heap that grows from what a small cluster needs. With 10 000 endpoints that is 50 MiB less than
   * the JVM's own choice, see docs/adr/0013-applier-steps.md.
   */
  public static List<String> startApplier(int heapMegabytes) {
    List<String> command = startSmall(heapMegabytes);
    command.addAll(
        command.indexOf("-Xmx" + heapMegabytes + "m") + 1,
        List.of(
            "-Xms64m",
            "-Xmn12m",
            "-XX:SurvivorRatio=2",
            "-XX:+UseCompactObjectHeaders",
            "-XX:MetaspaceSize=32m"));
    return command;
  }

  private static List<String> start(int heapMegabytes, boolean cached) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xlog:disable"); // the JVM's own warnings about its cache help nobody
    command.add("-Xlog:all=error:stderr");
    command.add("-XX:+UseSerialGC");
    command.add("-XX:TieredStopAtLevel=1");
    // With C1's own choice of 48 MiB everything stops, up to 300 ms, for each 6 MiB of new code.
    command.add("-XX:ReservedCodeCacheSize=128m");
    command.add("-Xmx" + heapMegabytes + "m");
    command.add("-XX:+ExitOnOutOfMemoryError"); // half a process would stand still and say nothing
    command.add("--enable-native-access=ALL-UNNAMED");
    command.add("-Dsluice.log=info");
    command.add("-Dsluice.log.others=warn");
    String home = System.getProperty("sluice.home", "");
    if (!home.isEmpty()) {
      command.add("-Dsluice.home=" + home);
    }
    // Of this class path: another one's would be refused by every JVM, each time that it starts.
    String cache = System.getProperty("sluice.aot", "");
    if (!cache.isEmpty() && Files.exists(Path.of(cache))) {
      command.add("-Dsluice.aot=" + cache);
      if (cached) {
        command.add("-XX:AOTCache=" + cache);
      }
    }
    String more = System.getenv("SLUICE_LAB_JAVA_OPTIONS");
    if (more != null && !more.isBlank()) {
      command.addAll(List.of(more.strip().split("\\s+")));
    }
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    return command;
  }
}
