package dev.sluice.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Scripts that pods of tests run: a server that says its name, clients that say who answered. */
final class Dialling {
  /** NAME [PORT [ADDRESS]]: answers by TCP and UDP with its name; on 8080 of both families. */
  private static final String SERVER =
      """
      import socket, sys, threading
      name = sys.argv[1].encode()
      port = int(sys.argv[2]) if len(sys.argv) > 2 else 8080
      host = sys.argv[3] if len(sys.argv) > 3 else '::'
      family = socket.AF_INET6 if ':' in host else socket.AF_INET
      def udp():
          s = socket.socket(family, socket.SOCK_DGRAM)
          s.bind((host, port))
          while True:
              _, who = s.recvfrom(2000)
              s.sendto(name, who)
      threading.Thread(target=udp, daemon=True).start()
      t = socket.create_server(
          (host, port), family=family, dualstack_ipv6=host == '::', backlog=512)
      while True:
          c, _ = t.accept()
          c.sendall(name)
          c.close()
      """;

  /** tcp|udp|connected ADDRESS PORT TIMES: a line each, who answered and as whom. */
  private static final String CLIENT =
      """
      import socket, sys
      kind, address, port, times = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4])
      family = socket.AF_INET6 if ':' in address else socket.AF_INET
      one = socket.socket(family, socket.SOCK_DGRAM)
      one.settimeout(2)
      for _ in range(times):
          try:
              if kind == 'tcp':
                  c = socket.create_connection((address, port), 2)
                  print(c.recv(100).decode(), 'as', c.getpeername()[0], c.getpeername()[1])
                  c.close()
              elif kind == 'udp':
                  one.sendto(b'?', (address, port))
                  data, who = one.recvfrom(100)
                  print(data.decode(), 'as', who[0], who[1])
              else:
                  one.connect((address, port))
                  one.send(b'?')
                  print(one.recv(100).decode(), 'as', *one.getpeername()[:2])
          except OSError as e:
              print(type(e).__name__)
      """;

  /**
   * BACKENDS PAUSE "KIND ADDRESS PORT"…: dials each until so many have answered, sixteen times at
   * least without a pause (in seconds); a line each with all that answered. Whoever does not seem
   * to be what was dialled is told with what it seems to be. {@code mapped}: TCP by a socket of
   * IPv6 that writes the IPv4 address as one of its own; {@code mapped-udp}, {@code
   * mapped-connected}: datagrams of such a one.
   */
  private static final String TABLE =
      """
      import socket, sys, time
      backends, pause = int(sys.argv[1]), float(sys.argv[2])
      def asked(s, to):
          for i in range(4): # a busy machine may lose a datagram, though not all of a socket's
              if to: s.sendto(b'?', to)
              else: s.send(b'?')
              try:
                  return s.recvfrom(100) if to else (s.recv(100), s.getpeername())
              except TimeoutError:
                  if i == 3: raise
      def ask(kind, address, port):
          address = '::ffff:' + address if kind.startswith('mapped') else address
          family = socket.AF_INET6 if ':' in address else socket.AF_INET
          stream = kind in ('tcp', 'mapped')
          unconnected = kind in ('udp', 'mapped-udp')
          with socket.socket(family, socket.SOCK_STREAM if stream else socket.SOCK_DGRAM) as s:
              s.settimeout(5 if stream else 2)
              if not unconnected:
                  s.connect((address, port))
              if stream:
                  data, who = s.recv(100), s.getpeername()
              else:
                  data, who = asked(s, (address, port) if unconnected else None)
          return data.decode() + ('' if who[:2] == (address, port) else ' as %s %d' % who[:2])
      seen, failed = {target: set() for target in sys.argv[3:]}, set()
      left = list(seen)
      for i in range(40 if pause else 400):
          for target in left:
              kind, address, port = target.split()
              try:
                  seen[target].add(ask(kind, address, int(port)))
              except OSError as e:
                  seen[target].add(type(e).__name__)
                  failed.add(target)
          enough = pause or i >= 15
          left = [t for t in left if t not in failed and not (enough and len(seen[t]) >= backends)]
          if not left: break
          time.sleep(pause)
      for target in seen:
          print(target + ':', *sorted(seen[target]))
      """;

  /**
   * ADDRESS PORT: connects one after another until it is killed; says how many worked, in a line
   * that grows, and every failure.
   */
  private static final String LOAD =
      """
      import socket, sys
      address, port = sys.argv[1], int(sys.argv[2])
      n = 0
      print('started', flush=True)
      while True:
          try:
              c = socket.create_connection((address, port), 2)
              data = b''
              while (more := c.recv(100)): data += more
              if not data: raise OSError('no answer')
              c.close()
              n += 1
              if n % 100 == 0: print('worked', n, flush=True)
          except OSError as e:
              print('failed after', n, repr(e), flush=True)
      """;

  /** ADDRESS PORT: connects one UDP socket, asks once, and waits for what becomes of it. */
  private static final String HELD =
      """
      import socket, sys, time
      family = socket.AF_INET6 if ':' in sys.argv[1] else socket.AF_INET
      s = socket.socket(family, socket.SOCK_DGRAM)
      s.connect((sys.argv[1], int(sys.argv[2])))
      s.send(b'?')
      print('answered by', s.recv(100).decode(), flush=True)
      try:
          s.recv(100)
      except OSError as e:
          print('ended', type(e).__name__, flush=True)
      """;

  /** Says to each client of TCP and UDP port 8080 which address it has. */
  private static final String MIRROR =
      """
      import socket, threading
      def udp():
          s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM); s.bind(('::', 8080))
          while True:
              _, who = s.recvfrom(2000); s.sendto(who[0].replace('::ffff:', '').encode(), who)
      threading.Thread(target=udp, daemon=True).start()
      t = socket.create_server(('::', 8080), family=socket.AF_INET6, dualstack_ipv6=True)
      while True:
          c, who = t.accept(); c.sendall(who[0].replace('::ffff:', '').encode()); c.close()
      """;

  private final Path folder;

  /** Writes the scripts into a folder. */
  Dialling(Path folder) throws IOException {
    this.folder = folder;
    Files.writeString(folder.resolve("server.py"), SERVER);
    Files.writeString(folder.resolve("client.py"), CLIENT);
    Files.writeString(folder.resolve("table.py"), TABLE);
    Files.writeString(folder.resolve("load.py"), LOAD);
    Files.writeString(folder.resolve("held.py"), HELD);
    Files.writeString(folder.resolve("mirror.py"), MIRROR);
  }

  /** A pod that answers with its name. */
  String server(String name, String app, String node) {
    return Manifests.pod(
        name, app, node, "", "[python3, " + folder.resolve("server.py") + ", " + name + "]");
  }

  /** One that answers on a port of its own, which its manifest calls {@code web}. */
  String server(String name, String app, String node, int port) {
    String command =
        "[python3, %s, %s, \"%d\"], ports: [{name: web, containerPort: %d}]"
            .formatted(folder.resolve("server.py"), name, port, port);
    return Manifests.pod(name, app, node, "", command);
  }

  /** Starts one among a node's own processes, on one of its addresses. */
  void serve(Lab lab, String node, String name, int port, String address) {
    lab.spawn(node, "python3", folder.resolve("server.py").toString(), name, "" + port, address);
    lab.awaitConnects(node, address, port);
  }

  /** The command of a server that says who its client is. */
  String mirror() {
    return "[python3, " + folder.resolve("mirror.py") + "]";
  }

  /** What somebody sees who dials so many times. */
  String dial(Lab lab, String from, String kind, String address, int port, int times) {
    String script = folder.resolve("client.py").toString();
    return lab.exec(from, "python3", script, kind, address, "" + port, "" + times).text();
  }

  /**
   * Who answers to each of these, which are written {@code KIND ADDRESS PORT}: tcp, udp, connected,
   * mapped, mapped-udp or mapped-connected.
   *
   * @param backends how many must answer before the next is dialled
   * @return a line each: {@code tcp 10.96.0.80 80: web-1 web-2}
   */
  List<String> table(Lab lab, String from, int backends, List<String> targets) {
    return table(lab, from, backends, "0", targets);
  }

  /** As above, with so many seconds between two dials. */
  List<String> table(Lab lab, String from, int backends, String pause, List<String> targets) {
    List<String> words =
        new ArrayList<>(
            List.of("python3", folder.resolve("table.py").toString(), "" + backends, pause));
    words.addAll(targets);
    return lab.exec(from, words.toArray(String[]::new)).text().lines().toList();
  }

  /** Starts a UDP socket that stays connected; what it says goes to the returned file. */
  Path hold(Lab lab, String from, String address, int port) throws IOException {
    String script = folder.resolve("held.py").toString();
    return lab.spawn(from, "python3", "-u", script, address, "" + port);
  }

  /** Starts to dial without end; what it says goes to the returned file. */
  Path load(Lab lab, String from, String address, int port) throws IOException {
    String script = folder.resolve("load.py").toString();
    return lab.spawn(from, "python3", "-u", script, address, "" + port);
  }
}
