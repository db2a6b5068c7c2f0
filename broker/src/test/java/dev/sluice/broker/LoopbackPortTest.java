package dev.sluice.broker;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class LoopbackPortTest {
  private static final int CHOICES = 500;

  /**
   * Of 500 choices over a whole range of thousands, one in its last fifth is as good as certain.
   */
  @Test
  void thePortsComeFromTheWholeRangeBelowTheEphemeralOnes() throws IOException {
    int ephemeral = ephemeral();
    Set<Integer> chosen =
        IntStream.range(0, CHOICES)
            .map(i -> LoopbackPort.choose())
            .boxed()
            .collect(Collectors.toSet());
    assertEquals(CHOICES, chosen.size());
    int highest = chosen.stream().mapToInt(port -> port).max().orElseThrow();
    assertTrue(highest < ephemeral, () -> highest + " is not below " + ephemeral);
    assertTrue(
        highest > ephemeral - (ephemeral - 20_000) / 5, () -> highest + " is the highest of 500");
  }

  /** What a broker chooses for itself cannot be what its supervisor gave to another process. */
  @Test
  void aPortOfOnesOwnIsNeverOneThatOthersAreGiven() {
    assertTrue(IntStream.range(0, CHOICES).allMatch(i -> LoopbackPort.chooseOnesOwn() < 20_000));
  }

  private static int ephemeral() throws IOException {
    try (var lines = Files.newBufferedReader(Path.of("/proc/sys/net/ipv4/ip_local_port_range"))) {
      return Integer.parseInt(lines.readLine().split("\\s+")[0]);
    }
  }
}
