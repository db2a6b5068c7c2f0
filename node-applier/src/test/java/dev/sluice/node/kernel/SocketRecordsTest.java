package dev.sluice.node.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.core.net.IpAddress;
import dev.sluice.core.service.LbEntry;
import dev.sluice.core.service.LbEntry.FrontendEntry;
import dev.sluice.core.service.LbEntry.FrontendKey;
import dev.sluice.core.service.LbEntry.Scope;
import dev.sluice.core.service.LbEntry.SlotEntry;
import dev.sluice.core.service.LbEntry.SlotKey;
import dev.sluice.core.service.LbEntry.Target;
import dev.sluice.node.bpf.BpfMap;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What TCP sockets dialled is remembered while they live, wherever there is room for it. */
@RequiresKernel
class SocketRecordsTest {
  private static final int TCP = 6;

  /** Dials Services and says whom it is connected to. */
  private static final String DIALLER =
      """
      import socket, sys
      servers, held = [], []
      for family, address in (socket.AF_INET, '127.0.0.1'), (socket.AF_INET6, '::1'):
          s = socket.socket(family)
          s.bind((address, 8080))
          s.listen(64)
          servers.append(s)
      print('ready', flush=True)
      for line in sys.stdin:
          words = line.split()
          if words[0] == 'dial':
              c = socket.socket(socket.AF_INET6 if ':' in words[1] else socket.AF_INET)
              c.connect((words[1], int(words[2])))
              held.append(c)
              print(*c.getpeername()[:2], flush=True)
          else:
              for c in held:
                  c.close()
              held = []
              print('closed', flush=True)
      """;

  private NodeGroup group;
  private Lab lab;
  private Process process;
  private BufferedReader out;
  private BufferedWriter in;

  @BeforeEach
  void make() throws IOException {
    group = new NodeGroup("slctrecords");
    lab = new Lab();
    lab.dataplane.attachSockets(group.node());
    service(1, "10.96.0.1", "127.0.0.1");
    service(2, "fd00:10:96::1", "::1");
    process = group.start("python3", "-c", DIALLER);
    out = process.inputReader();
    in = process.outputWriter();
    assertEquals("ready", out.readLine());
  }

  @AfterEach
  void remove() throws Exception {
    process.destroy();
    process.waitFor();
    lab.close();
    group.close();
  }

  private void service(int id, String frontend, String backend) {
    Scope scope = new Scope(id, false);
    FrontendKey key = new FrontendKey(new Target(IpAddress.parse(frontend), 80), TCP);
    List<LbEntry> entries =
        List.of(
            new SlotEntry(new SlotKey(scope, 0), new Target(IpAddress.parse(backend), 8080)),
            new FrontendEntry(key, id, scope, 1, null, 0, 0, false));
    lab.dataplane.services().put(entries);
  }

  private String say(String line) throws IOException {
    in.write(line + "\n");
    in.flush();
    return out.readLine();
  }

  private BpfMap places() {
    return lab.dataplane.map("slc_lb_dials");
  }

  private int taken() {
    int[] taken = {0};
    places().forEach((key, value) -> taken[0] += Layouts.buffer(value).getLong() == 0 ? 0 : 1);
    return taken[0];
  }

  @Test
  void aSocketHasAPlaceUntilItEnds() throws Exception {
    assertEquals("10.96.0.1 80", say("dial 10.96.0.1 80"));
    assertEquals("fd00:10:96::1 80", say("dial fd00:10:96::1 80"));
    assertEquals("::ffff:10.96.0.1 80", say("dial ::ffff:10.96.0.1 80"));
    assertEquals(3, taken());
    assertEquals("127.0.0.1 8080", say("dial 127.0.0.1 8080"));
    assertEquals(3, taken());
    assertEquals("closed", say("close"));
    assertEquals(0, taken());
  }

  @Test
  void whereAnotherSocketHasThePlaceTheRecordIsTheSocketsOwn() throws Exception {
    List<byte[]> keys = places().keys();
    List<byte[]> others = new ArrayList<>();
    for (int i = 0; i < keys.size(); i++) {
      others.add(Layouts.buffer(places().valueBytes()).putLong(-1).array());
    }
    places().updateAll(keys, others);
    assertEquals("10.96.0.1 80", say("dial 10.96.0.1 80"));
    assertEquals("fd00:10:96::1 80", say("dial fd00:10:96::1 80"));
    assertEquals("127.0.0.1 8080", say("dial 127.0.0.1 8080"));
    assertEquals("closed", say("close"));
    assertEquals(keys.size(), taken());
  }
}
