/**
 * What the cluster is: {@link dev.sluice.core.cluster.ClusterFold} folds the object log into
 * identities, endpoints and addresses. It knows pods, namespaces and nodes, and nothing of
 * policies.
 */
package dev.sluice.core.cluster;
