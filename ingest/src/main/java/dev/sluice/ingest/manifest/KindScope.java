package dev.sluice.ingest.manifest;

import java.util.Set;

/** Which kinds live outside namespaces. An API server would tell; a folder has nobody to ask. */
public final class KindScope {
  private static final Set<String> CLUSTER_SCOPED =
      Set.of(
          "AdminNetworkPolicy",
          "APIService",
          "BaselineAdminNetworkPolicy",
          "CertificateSigningRequest",
          "CiliumBGPAdvertisement",
          "CiliumBGPClusterConfig",
          "CiliumBGPNodeConfig",
          "CiliumBGPPeerConfig",
          "CiliumBGPPeeringPolicy",
          "CiliumCIDRGroup",
          "CiliumClusterwideNetworkPolicy",
          "CiliumClusterwideEnvoyConfig",
          "CiliumEgressGatewayPolicy",
          "CiliumExternalWorkload",
          "CiliumIdentity",
          "CiliumL2AnnouncementPolicy",
          "CiliumLoadBalancerIPPool",
          "CiliumNode",
          "CiliumPodIPPool",
          "ClusterNetworkPolicy",
          "ClusterRole",
          "ClusterRoleBinding",
          "CSIDriver",
          "CSINode",
          "CustomResourceDefinition",
          "GatewayClass",
          "IngressClass",
          "IPAddress",
          "MutatingWebhookConfiguration",
          "Namespace",
          "Node",
          "OutsideHost",
          "PersistentVolume",
          "PriorityClass",
          "RuntimeClass",
          "ServiceCIDR",
          "SluiceSettings",
          "StorageClass",
          "ValidatingAdmissionPolicy",
          "ValidatingAdmissionPolicyBinding",
          "ValidatingWebhookConfiguration",
          "VolumeAttachment");

  private KindScope() {}

  public static boolean isClusterScoped(String kind) {
    return CLUSTER_SCOPED.contains(kind);
  }
}
