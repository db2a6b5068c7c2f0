package dev.sluice.core.policy;

import java.util.List;

/** What came of reading an object: a policy, or every reason why it is none. */
public sealed interface ParsedPolicy {

  /**
   * The object is a policy of the language.
   *
   * @param findings warnings and notes; never a refusal
   */
  record Accepted(Policy policy, List<Finding> findings) implements ParsedPolicy {}

  /**
   * The object is refused whole.
   *
   * @param findings everything found, at least one of severity REFUSED, in the order of the object
   */
  record Refused(List<Finding> findings) implements ParsedPolicy {}
}
