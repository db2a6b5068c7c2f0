package dev.sluice.node.apply;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.junit.jupiter.api.Test;

class ApplierThreadTest {
  @Test
  void aStepThatDoesNotEndIsToldAndNotPassedOver() throws Exception {
    try (ApplierThreads.Stuck stuck = ApplierThreads.stuck()) {
      StillAtWorkException told =
          assertThrows(StillAtWorkException.class, () -> stuck.thread().close());
      assertEquals(List.of(told), stuck.broken());
      assertTrue(told.getMessage().startsWith("thread applier has not ended"), told.getMessage());
    }
  }
}
