package dev.sluice.foldruntime;

import java.util.function.Consumer;

/** What comes to some topics, read now and then. For one thread. */
public interface TopicTail extends AutoCloseable {
  /** Nothing comes. */
  TopicTail NONE =
      new TopicTail() {
        @Override
        public int poll(Consumer<InputRecord> sink) {
          return 0;
        }

        @Override
        public void close() {}
      };

  /** Hands over what is there, in each topic's order, and waits for nothing; how much it was. */
  int poll(Consumer<InputRecord> sink);

  @Override
  void close();
}
