/**
 * What a folder of manifests makes of itself: the small part of a Kubernetes control plane that a
 * machine without one needs. Deployments become pods, pods get a node and addresses, namespaces
 * appear. Pure: no clock, no file, no log; given the same past and the same files it tells the same
 * events.
 */
package dev.sluice.ingest.world;
