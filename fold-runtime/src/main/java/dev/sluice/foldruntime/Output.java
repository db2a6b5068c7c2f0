package dev.sluice.foldruntime;

import dev.sluice.schemas.topic.Topic;
import java.util.function.Predicate;

/**
 * A topic that a stream writes, and how.
 *
 * @param mine which keys are this stream's; of others it neither reads nor repairs anything
 */
public record Output(Topic<?> topic, Keeping keeping, Predicate<String> mine) {
  /** How rows get their meaning in a topic. */
  public enum Keeping {
    /** Compacted, the last row of a key counts, each group is closed by a mark. */
    GROUPED,
    /** Compacted, the last row of a key counts, no marks. */
    KEYED,
    /** Rows are added in the order of positions; readers skip a row they have seen. */
    APPENDED
  }

  public static Output grouped(Topic<?> topic) {
    return new Output(topic, Keeping.GROUPED, key -> true);
  }

  public static Output keyed(Topic<?> topic, Predicate<String> mine) {
    return new Output(topic, Keeping.KEYED, mine);
  }

  public static Output appended(Topic<?> topic) {
    return new Output(topic, Keeping.APPENDED, key -> true);
  }
}
