package dev.sluice.schemas.config;

import dev.sluice.core.dns.AddressLife;

/**
 * What settings say about names, as core's values: identity-stream and nodes must read the same.
 */
public final class NameSettings {
  private NameSettings() {}

  /** How long learned addresses live. */
  public static AddressLife life(Settings settings) {
    return new AddressLife(
        settings.duration(Setting.DNS_TTL_FLOOR).toMillis(),
        3 * settings.duration(Setting.DNS_USE_INTERVAL).toMillis(),
        settings.duration(Setting.DNS_IDLE_GRACE).toMillis(),
        settings.integer(Setting.DNS_ADDRESSES_PER_NAME));
  }
}
