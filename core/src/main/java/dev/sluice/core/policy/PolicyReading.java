package dev.sluice.core.policy;

import dev.sluice.core.log.ObjectEvent;
import java.util.function.Function;

/**
 * What a record says of its policy.
 *
 * @param tree of {@link PolicyTree}; not to be changed
 */
public record PolicyReading(ParsedPolicy parsed, byte[] tree) {
  /** Reads a record of a policy. */
  public static final Function<ObjectEvent, PolicyReading> READER =
      event ->
          new PolicyReading(
              PolicyParser.parse(event.key(), event.body()), PolicyTree.of(event.body()));
}
