package dev.sluice.node.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.sluice.node.bpf.BpfFs;
import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.config.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A process takes up what a former one with the same programs and settings had loaded. */
@RequiresKernel
class PinnedProgramsTest {
  private final Settings settings =
      Settings.defaults()
          .with(Setting.NODE_BPF_PATH, "/sys/fs/bpf/slctpin" + ProcessHandle.current().pid());

  @AfterEach
  void remove() {
    BpfFs.remove(settings.path(Setting.NODE_BPF_PATH));
  }

  /** The kernel's number of a program, of a process that opens the dataplane. */
  private static String program(Settings settings) throws IOException {
    try (NodeDataplane dataplane = NodeDataplane.open(settings)) {
      Path fd = Path.of("/proc/self/fdinfo/" + dataplane.programFd("slc_from_pod"));
      return Files.readAllLines(fd).stream()
          .filter(line -> line.startsWith("prog_id:"))
          .findFirst()
          .orElseThrow();
    }
  }

  @Test
  void theSameProgramsAreNotLoadedAgain() throws IOException {
    assertEquals(program(settings), program(settings));
  }

  @Test
  void whoListenedToAProcessThatDiedDoesNotListenToTheNext() {
    try (NodeDataplane dataplane = NodeDataplane.open(settings)) {
      dataplane.monitor(true);
    }
    try (NodeDataplane dataplane = NodeDataplane.open(settings)) {
      byte[] state = dataplane.map("slc_state").lookup(new byte[4]).orElseThrow();
      assertEquals(0, Layouts.buffer(state).getInt(0), "packets are told to nobody");
    }
  }

  @Test
  void otherConstantsAreOtherPrograms() throws IOException {
    assertNotEquals(program(settings), program(settings.with(Setting.NODE_CT_ENDPOINT_SHARE, 7)));
  }

  @Test
  void programsOfMapsThatAreNotPinnedAnyMoreAreNotUsed() throws IOException {
    String before = program(settings);
    Files.delete(NodeDataplane.pin(settings, "slc_own"));
    assertNotEquals(before, program(settings));
  }
}
