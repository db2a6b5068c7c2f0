/**
 * The process that writes the memory of the product: in come manifests or Kubernetes watches, out
 * goes topic k8s.objects, and what is refused goes to diagnostics. It judges only whether an object
 * can be read and placed; what a policy means is not known here.
 *
 * <pre>
 *   folder.FolderSource ────┐ port.SourceEvent
 *                           ├──────────────────► log.LogSession ──► k8s.objects, diagnostics
 *   kube.KubernetesSource ──┘   port.ObjectSink
 * </pre>
 */
package dev.sluice.ingest;
