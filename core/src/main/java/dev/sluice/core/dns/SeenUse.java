package dev.sluice.core.dns;

import dev.sluice.core.net.IpAddress;
import java.util.Comparator;

/**
 * A name and a pod that a finding is about.
 *
 * @param pod {@code namespace/name}
 * @param address that the pod used, or of the server that it asked
 */
public record SeenUse(String pod, String name, IpAddress address) implements Comparable<SeenUse> {
  private static final Comparator<SeenUse> ORDER =
      Comparator.comparing(SeenUse::pod)
          .thenComparing(SeenUse::name)
          .thenComparing(SeenUse::address);

  @Override
  public int compareTo(SeenUse other) {
    return ORDER.compare(this, other);
  }
}
