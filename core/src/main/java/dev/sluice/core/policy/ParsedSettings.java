package dev.sluice.core.policy;

import java.util.List;

/** What came of reading a SluiceSettings object. */
public sealed interface ParsedSettings {

  /** The object holds settings. */
  record Accepted(ClusterSettings settings) implements ParsedSettings {}

  /**
   * The object is refused whole; the settings that were accepted last stay.
   *
   * @param findings everything found, in the order of the object
   */
  record Refused(List<Finding> findings) implements ParsedSettings {}
}
