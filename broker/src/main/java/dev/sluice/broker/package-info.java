/**
 * Kafka and a schema registry for one machine, in one process. In: a directory and two ports; out:
 * a bootstrap address and a registry URL on loopback. It knows nothing of topics (but the
 * registry's own), records and policy: whoever connects brings them.
 */
package dev.sluice.broker;
