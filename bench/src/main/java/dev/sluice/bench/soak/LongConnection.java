package dev.sluice.bench.soak;

import dev.sluice.lab.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/**
 * A connection between two nodes that a policy allows, and that must never stall for three seconds,
 * whatever becomes of everything else. Its own step rewrites the policy with another rule beside
 * it, so that the connection is judged again.
 */
final class LongConnection implements Scenario {
  private static final String SERVER =
      "import asyncio\n"
          + "async def echo(r, w):\n"
          + "  while (b := await r.read(64)): w.write(b)\n"
          + "  w.close()\n"
          + "async def main():\n"
          + "  await (await asyncio.start_server(echo, None, 8080)).serve_forever()\n"
          + "asyncio.run(main())\n";

  private static final String CLIENT =
      """
      import socket, sys, time
      s = socket.create_connection((sys.argv[1], 8080), 5)
      s.settimeout(3)
      n = 0
      print('open', flush=True)
      while True:
          try:
              s.sendall(b'x')
              if not s.recv(1): raise IOError('closed')
              n += 1
          except Exception as e:
              print('broken after', n, 'exchanges:', e, flush=True)
              break
          time.sleep(0.1)
      """;

  private Path output;
  private int version;

  @Override
  public String name() {
    return "connection";
  }

  @Override
  public String about() {
    return "one connection lives through everything, though its policy is rewritten";
  }

  @Override
  public String manifests() {
    return """
    ---
    apiVersion: v1
    kind: Namespace
    metadata: {name: line}
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: caller, namespace: line, labels: {app: caller}}
    spec:
      nodeName: node-1
      containers: [{name: main, command: [sleep, infinity]}]
    ---
    apiVersion: v1
    kind: Pod
    metadata: {name: callee, namespace: line, labels: {app: callee}}
    spec:
      nodeName: node-2
      containers:
      - name: main
        command: [python3, -c, "%s"]
    """
            .formatted(SERVER.replace("\n", "\\n"))
        + policy(0);
  }

  private static String policy(int version) {
    return """
    ---
    apiVersion: cilium.io/v2
    kind: CiliumNetworkPolicy
    metadata: {name: callee, namespace: line}
    spec:
      endpointSelector: {matchLabels: {app: callee}}
      ingress:
      - fromEndpoints: [{matchLabels: {app: caller}}]
        toPorts: [{ports: [{port: "8080", protocol: TCP}, {port: "%d", protocol: TCP}]}]
    """
        .formatted(9000 + version % 1000);
  }

  @Override
  public void begin(SoakLab lab) {
    lab.awaitServer("line/callee", 2, 8080);
    output =
        lab.spawn("line/caller", "python3", "-c", CLIENT, lab.addresses("line/callee").getFirst());
    if (!Waiting.until(Duration.ofSeconds(15), () -> read().contains("open"))) {
      throw new IllegalStateException("the connection did not open: " + read());
    }
  }

  @Override
  public String step(SoakLab lab, Random random) {
    lab.apply(policy(++version));
    return "its policy is rewritten";
  }

  @Override
  public List<String> check(SoakLab lab) {
    String said = read().strip();
    return said.equals("open") ? List.of() : List.of("the connection: " + said);
  }

  @Override
  public void rest(SoakLab lab) {
    version = 0;
    lab.apply(policy(version));
  }

  private String read() {
    try {
      return Files.readString(output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
