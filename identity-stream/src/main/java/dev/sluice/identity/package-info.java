/**
 * The stream that gives label sets numbers and pods endpoints. In: k8s.objects; out: identities,
 * endpoints, addresses, each group closed by a mark in all three. It knows nothing of policy; what
 * it writes is decided in {@code dev.sluice.core.cluster}.
 */
package dev.sluice.identity;
