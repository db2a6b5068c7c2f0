package dev.sluice.lab.drive;

import dev.sluice.lab.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * One TCP connection that sends a byte and gets it back, again and again, and must never stall for
 * three seconds. Ends with its lab.
 */
public final class HeldConnection {
  /** Of a container: answers on port 8080 of both families with what it gets. */
  public static final String SERVER =
      """
      [python3, -c, "import asyncio\\nasync def echo(r, w):\\n  while b := await r.read(64): \
      w.write(b)\\n  w.close()\\nasync def main():\\n  s = await asyncio.start_server(echo, None, \
      8080)\\n  await s.serve_forever()\\nasyncio.run(main())"]\
      """;

  private static final String CLIENT =
      """
      import socket, sys, time
      s = socket.create_connection((sys.argv[1], int(sys.argv[2])), 5)
      s.settimeout(3)
      n = 0
      while True:
          try:
              s.sendall(b'x')
              if not s.recv(1): raise IOError('closed')
              n += 1
              print('alive', n, flush=True)
          except Exception as e:
              print('broken after', n, 'exchanges:', e, flush=True)
              break
          time.sleep(0.05)
      """;

  private final Path output;

  private HeldConnection(Path output) {
    this.output = output;
  }

  /**
   * Opens one.
   *
   * @throws IllegalStateException when it does not open, with what it said
   */
  public static HeldConnection open(DrivenLab lab, String from, String address, int port) {
    HeldConnection connection =
        new HeldConnection(lab.spawn(from, "python3", "-c", CLIENT, address, "" + port));
    connection.awaitMore();
    return connection;
  }

  /**
   * Waits for ten more exchanges.
   *
   * @throws IllegalStateException when they do not come, with what it said last
   */
  public void awaitMore() {
    int wanted = said().size() + 10;
    if (!Waiting.until(Duration.ofSeconds(15), () -> said().size() >= wanted)) {
      throw new IllegalStateException("the connection does not go on: " + last());
    }
  }

  /** Why it broke; empty while it lives. */
  public String broken() {
    String last = last();
    return last.startsWith("alive") ? "" : last;
  }

  private String last() {
    List<String> said = said();
    return said.isEmpty() ? "it said nothing" : said.getLast();
  }

  /** Whole lines. */
  private List<String> said() {
    try {
      String text = Files.readString(output);
      return text.substring(0, text.lastIndexOf('\n') + 1).lines().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
