/**
 * The stream that compiles policies. In: k8s.objects, identities, endpoints, addresses; out:
 * desired, each group closed by a mark, revisions, diagnostics. It pairs what identity-stream
 * derived with the records it was derived from; what it writes is decided in {@code
 * dev.sluice.core.compile}.
 */
package dev.sluice.policystream;
