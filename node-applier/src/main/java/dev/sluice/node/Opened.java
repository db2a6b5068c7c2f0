package dev.sluice.node;

import dev.sluice.node.apply.StillAtWorkException;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What a node has opened. It is closed in reverse, once; a failure keeps nothing else from being
 * closed, unless a thread is still at work: what was opened before it is what it uses, maps and the
 * lock on the node among them, and stays open until the process ends. For one thread at a time.
 */
final class Opened implements AutoCloseable {
  private final Deque<AutoCloseable> open = new ArrayDeque<>();

  <T extends AutoCloseable> T add(T resource) {
    open.push(resource);
    return resource;
  }

  @Override
  public void close() {
    RuntimeException failure = null;
    while (!open.isEmpty()) {
      try {
        open.pop().close();
      } catch (StillAtWorkException e) {
        open.clear();
        throw e;
      } catch (Exception e) {
        failure = new IllegalStateException("closing the node: " + e.getMessage(), e);
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
