/** Kubernetes watches as a source of objects. Decides nothing: what the API server says is told. */
package dev.sluice.ingest.kube;
