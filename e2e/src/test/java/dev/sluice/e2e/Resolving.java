package dev.sluice.e2e;

import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.lab.Waiting;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Scripts of pods that look names up and use what they are told, and the hosts behind the names.
 */
final class Resolving {
  /**
   * NAME FAMILY TIMES: asks, and dials the first address at once; a line each, {@code opened
   * ADDRESS}, {@code closed ADDRESS WHY} or {@code no answer WHY}.
   */
  private static final String LOOKUP =
      """
      import socket, sys
      family = {'4': socket.AF_INET, '6': socket.AF_INET6}[sys.argv[2]]
      for _ in range(int(sys.argv[3])):
          try:
              all = socket.getaddrinfo(sys.argv[1], 8080, family, socket.SOCK_STREAM)
              to = all[0][4]
          except OSError as e:
              print('no answer', e)
              continue
          s = socket.socket(family, socket.SOCK_STREAM)
          s.settimeout(2)
          try:
              s.connect(to)
              print('opened', to[0])
          except OSError as e:
              print('closed', to[0], e)
          s.close()
      """;

  /** ADDRESS FILE: one connection that must never stall for two seconds, until FILE is there. */
  private static final String HOLD =
      """
      import os, socket, sys, time
      s = socket.create_connection((sys.argv[1], 8080), 5)
      s.settimeout(2)
      n = 0
      print('open', flush=True)
      try:
          while not os.path.exists(sys.argv[2]):
              s.sendall(b'x')
              if not s.recv(1): raise IOError('closed by the other side')
              n += 1
              time.sleep(0.1)
          s.close()
          print('let go', flush=True)
      except Exception as e:
          print('broken after', n, repr(e), flush=True)
      """;

  private static final String ECHO =
      """
      import asyncio
      async def echo(r, w):
          while (b := await r.read(64)): w.write(b)
          w.close()
      async def main():
          s = await asyncio.start_server(echo, None, 8080)
          await s.serve_forever()
      asyncio.run(main())
      """;

  private static final Duration PATIENCE = Duration.ofSeconds(40);

  private final Path folder;

  /** Writes the scripts into a folder. */
  Resolving(Path folder) throws IOException {
    this.folder = folder;
    Files.writeString(folder.resolve("lookup.py"), LOOKUP);
    Files.writeString(folder.resolve("hold.py"), HOLD);
    Files.writeString(folder.resolve("echo.py"), ECHO);
  }

  /**
   * A host outside that echoes on 8080.
   *
   * @param name what OutsideHost's names want: {@code api.x.com, ttlSeconds: 1, perAnswer: 1}
   */
  String outside(String host, String name, List<String> addresses) {
    return Manifests.outside(host, addresses.toArray(String[]::new))
        + """
          command: [python3, %s]
          names: [{name: %s}]
        """
            .formatted(folder.resolve("echo.py"), name);
  }

  /** Looks up and dials so many times. */
  List<String> lookUp(Lab lab, String pod, String name, boolean v6, int times) {
    String script = folder.resolve("lookup.py").toString();
    String family = v6 ? "6" : "4";
    return lab.exec(pod, "python3", script, name, family, "" + times).text().lines().toList();
  }

  /** Waits until a node's kernel does not know the address; nobody dials it meanwhile. */
  static void awaitForgotten(Lab lab, int node, String address) {
    String shown = "(?s).*[ \"]" + address.replace(".", "\\.") + "[ /\"].*";
    assertTrue(
        Waiting.until(
            PATIENCE,
            () ->
                !lab.sluice("bpf", "ipcache", "list", "--node", "node-" + node)
                    .text()
                    .matches(shown)),
        () -> address + " is still known\n" + lab.sluice("fqdn", "cache", "list").text());
  }

  /** A connection that goes on until it is let go. */
  final class Held {
    private final Path output;
    private final Path stop;

    private Held(Path output, Path stop) {
      this.output = output;
      this.stop = stop;
    }

    /** What became of it: {@code open} while it lives. */
    String state() {
      try {
        return Files.readString(output).strip();
      } catch (IOException e) {
        return "";
      }
    }

    void letGo() throws IOException {
      Files.createFile(stop);
    }
  }

  /** Opens one; {@link Held#state} says when it is. */
  Held hold(Lab lab, String pod, String address) throws IOException {
    Path stop = Files.createTempFile(folder, "stop", "");
    Files.delete(stop);
    String script = folder.resolve("hold.py").toString();
    return new Held(lab.spawn(pod, "python3", script, address, stop.toString()), stop);
  }

  /** Egress of an app: the lab's DNS for names under these domains, and 8080 to them. */
  static String policy(String name, String app, String... patterns) {
    StringBuilder list = new StringBuilder();
    for (String pattern : patterns) {
      list.append(list.isEmpty() ? "" : ", ").append("{matchPattern: \"" + pattern + "\"}");
    }
    return """
    ---
    apiVersion: cilium.io/v2
    kind: CiliumNetworkPolicy
    metadata: {name: %s, namespace: shop}
    spec:
      endpointSelector: {matchLabels: {app: %s}}
      egress:
      - toEndpoints:
        - matchLabels: {"k8s:io.kubernetes.pod.namespace": kube-system, k8s-app: kube-dns}
        toPorts:
        - ports: [{port: "53", protocol: ANY}]
          rules: {dns: [%s]}
      - toFQDNs: [%3$s]
        toPorts:
        - ports: [{port: "8080", protocol: TCP}]
    """
        .formatted(name, app, list);
  }
}
