/**
 * The records of topic k8s.objects as values, and what every fold does with them: positions,
 * epochs, pairing by position. It knows no Kafka.
 */
package dev.sluice.core.log;
