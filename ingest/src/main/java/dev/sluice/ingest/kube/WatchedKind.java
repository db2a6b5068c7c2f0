package dev.sluice.ingest.kube;

import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.policy.ClusterSettings;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.util.List;
import java.util.Optional;

/** A kind that is read from the API server. */
record WatchedKind(String group, String version, String kind, String plural, boolean namespaced) {
  /** What the present folds read. */
  static final List<WatchedKind> ALL =
      List.of(
          new WatchedKind("", "v1", "Namespace", "namespaces", false),
          new WatchedKind("", "v1", "Node", "nodes", false),
          new WatchedKind("", "v1", "Pod", "pods", true),
          new WatchedKind("", "v1", "Service", "services", true),
          new WatchedKind("discovery.k8s.io", "v1", "EndpointSlice", "endpointslices", true),
          cilium("CiliumNetworkPolicy", "ciliumnetworkpolicies", true),
          cilium("CiliumClusterwideNetworkPolicy", "ciliumclusterwidenetworkpolicies", false),
          cilium("CiliumCIDRGroup", "ciliumcidrgroups", false),
          new WatchedKind("networking.k8s.io", "v1", "NetworkPolicy", "networkpolicies", true),
          policies("v1alpha2", "ClusterNetworkPolicy", "clusternetworkpolicies"),
          // Replaced by the one above; read to be refused and not to be passed over.
          policies("v1alpha1", "AdminNetworkPolicy", "adminnetworkpolicies"),
          policies("v1alpha1", "BaselineAdminNetworkPolicy", "baselineadminnetworkpolicies"),
          new WatchedKind("sluice.dev", "v1", ClusterSettings.KIND, "sluicesettings", false));

  private static WatchedKind cilium(String kind, String plural, boolean namespaced) {
    return new WatchedKind("cilium.io", "v2", kind, plural, namespaced);
  }

  private static WatchedKind policies(String version, String kind, String plural) {
    return new WatchedKind("policy.networking.k8s.io", version, kind, plural, false);
  }

  static Optional<WatchedKind> of(String kind) {
    return ALL.stream().filter(one -> one.kind.equals(kind)).findFirst();
  }

  /** Where an object of this kind is found by its name. */
  NonNamespaceOperation<
          GenericKubernetesResource,
          GenericKubernetesResourceList,
          Resource<GenericKubernetesResource>>
      place(KubernetesClient client, ObjectKey object) {
    var all = client.genericKubernetesResources(context());
    return object.namespace().isEmpty() ? all : all.inNamespace(object.namespace());
  }

  ResourceDefinitionContext context() {
    return new ResourceDefinitionContext.Builder()
        .withGroup(group.isEmpty() ? null : group)
        .withVersion(version)
        .withKind(kind)
        .withPlural(plural)
        .withNamespaced(namespaced)
        .build();
  }

  String apiVersion() {
    return group.isEmpty() ? version : group + "/" + version;
  }
}
