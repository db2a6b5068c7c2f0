package dev.sluice.core.policy;

import java.util.List;

/** What came of reading a CiliumCIDRGroup: a group, or every reason why it is none. */
public sealed interface ParsedCidrGroup {

  /**
   * The object is a group.
   *
   * @param findings warnings and notes; never a refusal
   */
  record Accepted(CidrGroup group, List<Finding> findings) implements ParsedCidrGroup {}

  /**
   * The object is refused whole; its last accepted version stays.
   *
   * @param findings everything found, in the order of the object
   */
  record Refused(List<Finding> findings) implements ParsedCidrGroup {}
}
