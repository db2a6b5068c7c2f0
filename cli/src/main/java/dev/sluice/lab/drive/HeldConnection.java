package dev.sluice.lab.drive;

import dev.sluice.lab.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

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

  /** Tells in its file's first line, again and again, as a soak holds it for hours. */
  private static final String CLIENT =
      """
      import os, socket, sys, time
      def tell(*words):
          os.pwrite(1, (' '.join(map(str, words)) + '\\n').encode(), 0)
      s = socket.create_connection((sys.argv[1], int(sys.argv[2])), 5)
      s.settimeout(3)
      n = 0
      while True:
          try:
              s.sendall(b'x')
              if not s.recv(1): raise IOError('closed')
              n += 1
              tell('alive', n)
          except Exception as e:
              tell('broken after', n, 'exchanges:', e)
              break
          time.sleep(0.05)
      """;

  private static final String ALIVE = "alive ";

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
    long wanted = exchanges() + 10;
    if (!Waiting.until(Duration.ofSeconds(15), () -> exchanges() >= wanted)) {
      throw new IllegalStateException("the connection does not go on: " + said());
    }
  }

  /** Why it broke; empty while it lives. */
  public String broken() {
    String said = said();
    return said.startsWith(ALIVE) ? "" : said;
  }

  /** How often a byte has come back; 0 when it is broken. */
  public long exchanges() {
    String said = said();
    return said.startsWith(ALIVE) ? Long.parseLong(said.substring(ALIVE.length())) : 0;
  }

  /** The first line when it is one of the client's, else all that Python said instead. */
  private String said() {
    try {
      String text = Files.readString(output);
      String first = text.lines().findFirst().orElse("");
      boolean whole = text.indexOf('\n') >= 0;
      if (whole && (first.startsWith(ALIVE) || first.startsWith("broken"))) {
        return first;
      }
      return text.isBlank() ? "it said nothing" : text.strip();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
