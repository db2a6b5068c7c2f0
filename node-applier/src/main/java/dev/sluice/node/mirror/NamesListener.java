package dev.sluice.node.mirror;

import dev.sluice.core.dns.NameSelectors;
import dev.sluice.core.net.IpAddress;
import java.util.Set;

/** Told what became of names, on the applier's thread, before the kernel has it. */
public interface NamesListener {
  NamesListener NONE =
      new NamesListener() {
        @Override
        public void selectors(NameSelectors selectors) {}

        @Override
        public void addresses(Set<IpAddress> changed) {}
      };

  /** The selectors of policies are others now; to be copied. */
  void selectors(NameSelectors selectors);

  /** These addresses have other identities now. */
  void addresses(Set<IpAddress> changed);
}
