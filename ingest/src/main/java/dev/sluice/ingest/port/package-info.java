/**
 * What a source of objects says and to whom: added, modified, deleted, bookmark and relist, the
 * words of a Kubernetes watch. Knows neither files nor Kafka.
 */
package dev.sluice.ingest.port;
