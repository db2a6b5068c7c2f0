/**
 * A flow in Hubble's words: JSON as {@code hubble observe -o json} prints it, the compact, dict and
 * table lines, and the filters of {@code hubble observe}. Pure functions of {@link
 * dev.sluice.schemas.Flow}. Source of names and numbers: api/v1/flow/flow.proto and
 * hubble/pkg/printer of Cilium 1.19.
 */
package dev.sluice.flows.hubble;
