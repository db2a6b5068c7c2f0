package dev.sluice.schemas.serde;

import org.apache.kafka.common.errors.SerializationException;

/**
 * The Confluent wire format: a zero byte, the schema's id as four bytes big-endian, then the Avro
 * binary encoding.
 */
public final class WireFormat {
  /** Bytes before the Avro data. */
  public static final int HEADER_BYTES = 5;

  private static final byte MAGIC = 0;

  private WireFormat() {}

  /** Writes the header at the start of {@code record}. */
  static void putHeader(byte[] record, int id) {
    record[0] = MAGIC;
    record[1] = (byte) (id >>> 24);
    record[2] = (byte) (id >>> 16);
    record[3] = (byte) (id >>> 8);
    record[4] = (byte) id;
  }

  /**
   * The id of the schema a record was written with.
   *
   * @throws SerializationException when the bytes are not in this format
   */
  public static int schemaId(byte[] record) {
    if (record.length < HEADER_BYTES || record[0] != MAGIC) {
      throw new SerializationException(
          "not in the Confluent wire format: %d bytes, the first %s"
              .formatted(record.length, record.length == 0 ? "missing" : record[0]));
    }
    return (record[1] & 255) << 24
        | (record[2] & 255) << 16
        | (record[3] & 255) << 8
        | (record[4] & 255);
  }
}
