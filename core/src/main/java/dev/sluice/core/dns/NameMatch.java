package dev.sluice.core.dns;

import java.util.Optional;

/** Which names a selector of policies selects. Names are as {@link DnsName} writes them. */
public interface NameMatch {
  boolean matches(String name);

  /** The one name that it selects; empty when it is a pattern. */
  Optional<String> only();
}
