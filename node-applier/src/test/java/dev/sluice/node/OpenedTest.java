package dev.sluice.node;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.node.apply.ApplierThreads;
import dev.sluice.node.apply.StillAtWorkException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class OpenedTest {
  private final List<String> closed = new ArrayList<>();
  private final Opened opened = new Opened();

  @Test
  void isClosedInReverseAndOnce() {
    opened.add(() -> closed.add("lock"));
    opened.add(() -> closed.add("maps"));
    opened.close();
    opened.close();
    assertEquals(List.of("maps", "lock"), closed);
  }

  @Test
  void aFailureKeepsNothingOpen() {
    opened.add(() -> closed.add("lock"));
    opened.add(
        () -> {
          throw new IOException("the socket's file is gone");
        });
    RuntimeException failure = assertThrows(RuntimeException.class, opened::close);
    assertTrue(failure.getMessage().contains("the socket's file is gone"));
    assertEquals(List.of("lock"), closed);
  }

  /** Two processes would write to one node, or this one to maps that are closed. */
  @Test
  void whatAThreadStillUsesStaysOpen() throws Exception {
    opened.add(() -> closed.add("lock"));
    opened.add(() -> closed.add("maps"));
    try (ApplierThreads.Stuck stuck = ApplierThreads.stuck()) {
      opened.add(stuck.thread());
      opened.add(() -> closed.add("socket"));
      assertThrows(StillAtWorkException.class, opened::close);
      opened.close();
      assertEquals(List.of("socket"), closed);
    }
  }
}
