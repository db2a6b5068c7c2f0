package dev.sluice.core.policy;

import dev.sluice.core.log.ObjectKey;
import java.util.List;

/**
 * What holds for the policies of the whole cluster: the one object of kind SluiceSettings.
 *
 * @param enforcement {@code spec.policyEnforcementMode}
 * @param policyMapEntries {@code spec.policyMapEntries}: how many entries all endpoints of one
 *     identity together may have in the policy map of a node; a policy that would need more is
 *     refused
 * @param systemNamespace {@code spec.systemNamespace}: where pods of Sluice run, whom no policy can
 *     cut off from what they need; empty where none do
 * @param systemPeers {@code spec.systemPeers}: Kafka and the registry, where they are not in that
 *     namespace
 */
public record ClusterSettings(
    EnforcementMode enforcement,
    int policyMapEntries,
    String systemNamespace,
    List<SystemPeer> systemPeers) {
  public static final String KIND = "SluiceSettings";

  public static final String API_VERSION = "sluice.dev/v1";

  /** The object's key: there is one. */
  public static final ObjectKey KEY = new ObjectKey(KIND, "", "cluster");

  /** Where no such object is. */
  public static final ClusterSettings DEFAULT =
      new ClusterSettings(EnforcementMode.DEFAULT, 16384, "", List.of());
}
