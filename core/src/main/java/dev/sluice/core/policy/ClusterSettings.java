package dev.sluice.core.policy;

import dev.sluice.core.log.ObjectKey;

/**
 * What holds for the policies of the whole cluster: the one object of kind SluiceSettings.
 *
 * @param enforcement {@code spec.policyEnforcementMode}
 */
public record ClusterSettings(EnforcementMode enforcement) {
  public static final String KIND = "SluiceSettings";

  public static final String API_VERSION = "sluice.dev/v1";

  /** The object's key: there is one. */
  public static final ObjectKey KEY = new ObjectKey(KIND, "", "cluster");

  /** Where no such object is. */
  public static final ClusterSettings DEFAULT = new ClusterSettings(EnforcementMode.DEFAULT);
}
