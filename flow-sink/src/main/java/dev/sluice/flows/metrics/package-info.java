/** Flows as metrics, with the names that hubble's dashboards use. In: flows. Out: counters. */
package dev.sluice.flows.metrics;
