package dev.sluice.core.compile;

import dev.sluice.core.desired.DesiredRecord.SubjectPolicy;
import java.util.Set;

/** A check of what single subjects add up to, so that one subject's change costs that subject. */
interface SubjectCheck extends PolicyCheck {
  /**
   * A subject was compiled, came into use or went out of it, or is gone.
   *
   * @param subject null when it is gone
   * @param row what it compiles to; null when it is gone, or no pod has it at present
   * @return the policies about which there is something else to tell
   */
  Set<String> note(int number, Subject subject, SubjectPolicy row);
}
