package dev.sluice.lab;

import dev.sluice.cli.Main;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.Writer;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs every component but the applier for a moment in one JVM, so that one AOT cache holds the
 * classes of all of them. Started by the launcher after a build; needs no root. Not part of a lab.
 */
public final class AotTraining {
  private static final Duration LIMIT = Duration.ofSeconds(60);
  private static final List<String> MAINS =
      List.of(
          "dev.sluice.broker.BrokerMain",
          "dev.sluice.ingest.IngestMain",
          "dev.sluice.identity.IdentityStreamMain",
          "dev.sluice.policystream.PolicyStreamMain",
          "dev.sluice.flows.FlowSinkMain");

  private AotTraining() {}

  /** Takes the folder to work in (emptied by the caller) and the demo's manifests. */
  public static void main(String[] arguments) throws Exception {
    Path work = Path.of(arguments[0]);
    Path manifests = Files.createDirectories(work.resolve("manifests"));
    new ManifestFolder(manifests).writeNode(1);
    for (int i = 1; i < arguments.length; i++) {
      Path file = Path.of(arguments[i]);
      Files.copy(file, manifests.resolve(file.getFileName()));
    }
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    System.setOut(new PrintStream(said, true, StandardCharsets.UTF_8));
    List<String> settings = settings(work, manifests);
    for (String main : MAINS) {
      Thread.ofPlatform().daemon().name(main).start(() -> run(main, settings));
    }
    command("lab", "up", "--help");
    ask(manifests.toString());
    Waiting.until(
        LIMIT,
        () -> said.toString(StandardCharsets.UTF_8).split("READY ", -1).length > MAINS.size());
    Waiting.pause(Duration.ofSeconds(2));
    System.exit(0);
  }

  /** The commands that people run for each change of a file. */
  private static void ask(String folder) {
    command("policy", "lint", "-f", folder);
    command("policy", "lint", "-f", folder, "-o", "json");
    command("policy", "lint", "-f", folder, "-o", "sarif");
    for (String engine : List.of("compiled", "oracle")) {
      command("policy", "matrix", "-f", folder, "--port", "8080/TCP", "--engine", engine);
    }
    String[] question = {"--from", "shop/frontend", "--to", "shop/backend", "--port", "8080/TCP"};
    List<String> explain = new ArrayList<>(List.of("policy", "explain", "-f", folder));
    explain.addAll(List.of(question));
    command(explain.toArray(String[]::new));
    explain.addAll(List.of("-o", "json"));
    command(explain.toArray(String[]::new));
  }

  private static void command(String... words) {
    PrintWriter nowhere = new PrintWriter(Writer.nullWriter());
    Main.commandLine().setOut(nowhere).setErr(nowhere).execute(words);
  }

  private static List<String> settings(Path work, Path manifests) throws IOException {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    int broker;
    int registry;
    try (ServerSocket one = new ServerSocket(0, 1, loopback);
        ServerSocket two = new ServerSocket(0, 1, loopback)) {
      broker = one.getLocalPort();
      registry = two.getLocalPort();
    }
    return List.of(
        "broker.port=" + broker,
        "registry.port=" + registry,
        "kafka.bootstrap.servers=127.0.0.1:" + broker,
        "schema.registry.url=http://127.0.0.1:" + registry,
        "broker.data.dir=" + work.resolve("kafka"),
        "ingest.source=folder:" + manifests,
        "sink.listen=127.0.0.1:0");
  }

  private static void run(String main, List<String> settings) {
    List<String> words = new ArrayList<>();
    for (String setting : settings) {
      words.add("--set");
      words.add(setting);
    }
    words.add("--set");
    words.add(
        "state.dir="
            + Path.of(settings.get(4).substring("broker.data.dir=".length()))
                .resolveSibling("state-" + main));
    try {
      Class.forName(main)
          .getMethod("main", String[].class)
          .invoke(null, (Object) words.toArray(String[]::new));
    } catch (ReflectiveOperationException e) {
      System.err.println("training without " + main + ": " + e);
    }
  }
}
