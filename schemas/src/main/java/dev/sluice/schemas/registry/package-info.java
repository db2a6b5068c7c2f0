/**
 * Where Avro schemas get the ids that stand before every record: a client of the Confluent REST
 * API, and what a registry lets in. It knows nothing of topics, records and Kafka.
 */
package dev.sluice.schemas.registry;
