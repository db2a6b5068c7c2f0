/**
 * Avro rows to and from the values of core, one class a family of topics. Pure: no clock, no IO. It
 * decides nothing; a row that core has no word for is refused or read as the stricter one.
 */
package dev.sluice.schemas.convert;
