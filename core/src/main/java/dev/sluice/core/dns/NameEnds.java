package dev.sluice.core.dns;

import dev.sluice.core.dns.FqdnRecord.NameUse;
import dev.sluice.core.net.IpAddress;

/** Told as topic fqdns gives names to addresses and takes them away. */
public interface NameEnds {
  NameEnds UNTOLD =
      new NameEnds() {
        @Override
        public void ended(IpAddress address, NameUse use) {}

        @Override
        public void alive(IpAddress address, String name) {}
      };

  /** The address has lost this name. */
  void ended(IpAddress address, NameUse use);

  /** The address has this name. */
  void alive(IpAddress address, String name);
}
