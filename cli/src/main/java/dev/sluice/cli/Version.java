package dev.sluice.cli;

import picocli.CommandLine.IVersionProvider;

/** What this build calls itself: the version of the jar it was packed in. */
public final class Version implements IVersionProvider {

  /** The version in one line, for example {@code sluice 0.1.0-SNAPSHOT (Java 25.0.3)}. */
  public static String line() {
    String version = Version.class.getPackage().getImplementationVersion();
    return "sluice %s (Java %s)"
        .formatted(version == null ? "development" : version, Runtime.version().feature());
  }

  @Override
  public String[] getVersion() {
    return new String[] {line()};
  }
}
