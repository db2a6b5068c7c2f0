/**
 * Records to bytes and back: Avro in the Confluent wire format. In: generated classes and texts;
 * out: bytes that any Confluent client reads. It knows no Kafka client and nothing of what records
 * mean.
 */
package dev.sluice.schemas.serde;
