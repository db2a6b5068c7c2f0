package dev.sluice.schemas.serde;

import dev.sluice.schemas.Mark;
import org.apache.avro.util.ClassSecurityValidator;

/**
 * Tells Avro that the generated classes of this product may be made from schemas. Avro refuses
 * every class it was not told of, whether it reads a record, copies one or builds one with
 * defaults; code that does so without a serde calls {@link #declare()} first.
 */
public final class TrustedClasses {
  private static final String PACKAGE = Mark.class.getPackageName();

  static {
    ClassSecurityValidator.setGlobal(
        ClassSecurityValidator.composite(
            ClassSecurityValidator.getGlobal(), type -> type.getPackageName().equals(PACKAGE)));
  }

  private TrustedClasses() {}

  /** Idempotent, and safe from any thread: the work is done once, when this class is loaded. */
  public static void declare() {}
}
