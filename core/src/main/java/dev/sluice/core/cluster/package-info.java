/**
 * What the cluster is: {@link dev.sluice.core.cluster.ClusterFold} folds the object log into
 * identities, endpoints and addresses. It knows pods, namespaces and nodes, and of policies only
 * which prefixes they name.
 */
package dev.sluice.core.cluster;
