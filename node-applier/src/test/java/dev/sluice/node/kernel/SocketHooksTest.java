package dev.sluice.node.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.node.bpf.BpfException;
import dev.sluice.node.bpf.Errno;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Socket programs meet those of somebody else on a cgroup above. */
@RequiresKernel
class SocketHooksTest {
  private NodeGroup group;
  private Lab lab;

  @BeforeEach
  void make() throws IOException {
    group = new NodeGroup("slcthooks");
    lab = new Lab();
  }

  @AfterEach
  void remove() throws IOException {
    lab.close();
    group.close();
  }

  /** Attaches a program as bpf(2) does without flags: no other may come below it. */
  private void occupy() throws Exception {
    String id =
        Files.readAllLines(
                Path.of("/proc/self/fdinfo", "" + lab.dataplane.programFd("slc_connect4")))
            .stream()
            .filter(line -> line.startsWith("prog_id:"))
            .map(line -> line.split("\\s+")[1])
            .findFirst()
            .orElseThrow();
    bpftool("cgroup", "attach", group.above().toString(), "connect4", "id", id);
  }

  private static void bpftool(String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("bpftool"));
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes());
    assertEquals(0, process.waitFor(), said);
  }

  @Test
  void whoKeepsOthersAwayIsNamed() throws Exception {
    occupy();
    BpfException refused =
        assertThrows(BpfException.class, () -> lab.dataplane.attachSockets(group.node()));
    assertEquals(Errno.PERM, refused.errno());
    String said = refused.getMessage();
    String expected =
        "cannot attach slc_connect4 to cgroup %s: program 'slc_connect4' \\(id \\d+\\) is attached to %s"
                .formatted(group.node(), group.above())
            + " exclusively: detach it or attach it with 'multi'.*";
    assertEquals(true, said.matches(expected), said);
  }

  @Test
  void whereNobodyIsTheProgramsAreAttached() {
    lab.dataplane.attachSockets(group.node());
    lab.dataplane.attachSockets(group.node()); // as a successor does
  }
}
