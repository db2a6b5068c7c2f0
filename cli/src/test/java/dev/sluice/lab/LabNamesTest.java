package dev.sluice.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LabNamesTest {
  private static final LabNames NAMES = LabNames.of(Path.of("/srv/lab"));

  @Test
  void aDirectoryHasOneName() {
    assertEquals(NAMES, LabNames.of(Path.of("/srv/other/../lab")));
    assertTrue(NAMES.prefix().matches("slc[0-9a-f]{12}"), NAMES.prefix());
  }

  @Test
  void manyDirectoriesHaveManyNames() {
    int labs = 20_000;
    assertEquals(
        labs,
        IntStream.range(0, labs)
            .mapToObj(i -> LabNames.of(Path.of("/tmp/lab-" + i)).prefix())
            .distinct()
            .count());
  }

  @Test
  void podsWhoseNamesReadTheSameHaveNamespacesOfTheirOwn() {
    assertNotEquals(NAMES.podNetns("a-b", "c"), NAMES.podNetns("a", "b-c"));
    int pods = 5_000;
    String workload = "a-deployment-whose-name-is-longer-than-what-is-shown-";
    assertEquals(
        pods,
        IntStream.range(0, pods)
            .mapToObj(i -> NAMES.podNetns("shop", workload + i))
            .distinct()
            .count());
  }
}
