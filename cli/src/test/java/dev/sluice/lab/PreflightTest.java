package dev.sluice.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PreflightTest {
  private static final String ROOT = "Name:\tjava\nUid:\t0\t0\t0\t0\nCapEff:\t000001ffffffffff\n";

  @ParameterizedTest
  @ValueSource(strings = {"6.6.0", "6.12.1-arch1", "7.0.0-rc1\n", "10.1.2"})
  void aKernelWithTcxIsEnough(String release) {
    assertEquals(Optional.empty(), Preflight.kernel(release));
  }

  @ParameterizedTest
  @ValueSource(strings = {"6.5.13", "5.15.0-91-generic\n", "4.19"})
  void anOlderKernelIsNamedWithWhatIsNeeded(String release) {
    String reason = Preflight.kernel(release).orElseThrow();
    assertTrue(reason.contains(release.strip()), reason);
    assertTrue(reason.contains("6.6 or newer"), reason);
  }

  @Test
  void aRootWithItsCapabilitiesMayStart() {
    assertEquals(Optional.empty(), Preflight.privileges(ROOT));
  }

  @Test
  void anotherUserIsToldToUseSudo() {
    String reason =
        Preflight.privileges(ROOT.replace("Uid:\t0\t0", "Uid:\t1000\t1000")).orElseThrow();
    assertTrue(reason.contains("sudo"), reason);
  }

  @Test
  void rootOfAContainerIsToldWhatItLacks() {
    String reason =
        Preflight.privileges(ROOT.replace("000001ffffffffff", "00000000a80425fb")).orElseThrow();
    assertTrue(reason.contains("NET_ADMIN"), reason);
    assertTrue(reason.contains("--privileged"), reason);
  }
}
