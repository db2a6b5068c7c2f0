package dev.sluice.schemas.registry;

import java.util.Optional;
import org.apache.avro.Schema;

/**
 * Where schemas get their ids: what the serdes need of a registry. Implementations are thread-safe
 * and remember every id they have seen.
 */
public interface SchemaRegistry extends AutoCloseable {

  /**
   * A schema as a registry holds it.
   *
   * @param version counts from 1 within the subject
   */
  record Registered(String subject, int version, int id, Schema schema) {}

  /**
   * Registers a schema, or finds it registered already.
   *
   * @return its id
   * @throws RegistryException when the registry refuses it (409: not compatible) or stays away
   */
  int register(String subject, Schema schema);

  /**
   * The schema with an id.
   *
   * @throws RegistryException 404 when there is none
   */
  Schema schema(int id);

  /** The newest version of a subject; empty when the subject does not exist. */
  Optional<Registered> latest(String subject);

  /** Whether the subject's rule would let the schema in. A subject that does not exist would. */
  boolean compatible(String subject, Schema schema);

  /** The subject's own compatibility level; empty when the global one holds. */
  Optional<String> compatibility(String subject);

  void setCompatibility(String subject, String level);

  @Override
  default void close() {}
}
