/**
 * Other people's registries and clients, against ours: the proof that what we write is Confluent's
 * format, and that what we ask is Confluent's API.
 */
package dev.sluice.broker.interop;
