/** Generated Avro records: the values of every topic. Edit the schemas in {@code src/main/avro}. */
package dev.sluice.schemas;
