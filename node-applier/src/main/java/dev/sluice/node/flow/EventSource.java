package dev.sluice.node.flow;

import dev.sluice.node.kernel.KernelEvent;
import java.util.function.Consumer;

/** Where events come from: the kernel's ring buffer. */
public interface EventSource {
  /**
   * Hands over every event that is there.
   *
   * @return how many there were
   */
  int drain(Consumer<KernelEvent> sink);
}
