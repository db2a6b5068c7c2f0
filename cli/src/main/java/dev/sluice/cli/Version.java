package dev.sluice.cli;

import picocli.CommandLine.IVersionProvider;

/** What this build calls itself: the version of the jar it was packed in. */
public final class Version implements IVersionProvider {

  /** The version in one line, for example {@code sluice 0.1.0-SNAPSHOT (Java 25.0.3)}. */
  public static String line() {
    return "sluice %s (Java %s)".formatted(number(), Runtime.version().feature());
  }

  /** The version alone; {@code development} when it was not packed. */
  public static String number() {
    String version = Version.class.getPackage().getImplementationVersion();
    return version == null ? "development" : version;
  }

  @Override
  public String[] getVersion() {
    return new String[] {line()};
  }
}
