package dev.sluice.cli;

import dev.sluice.lab.LabHandle;
import java.nio.file.Path;
import java.util.Optional;
import picocli.CommandLine.Option;

/** The option that says which lab a command speaks to; a mixin of every such command. */
public final class DataOption {
  @Option(
      names = "--data",
      paramLabel = "DIR",
      description = "The lab's directory (default: $SLUICE_LAB_DATA, else ./.lab).")
  private Path data;

  /** The lab's directory, absolute; it need not exist. */
  public Path path() {
    if (data != null) {
      return data.toAbsolutePath().normalize();
    }
    String fromEnvironment = System.getenv("SLUICE_LAB_DATA");
    String chosen = fromEnvironment == null || fromEnvironment.isBlank() ? ".lab" : fromEnvironment;
    return Path.of(chosen).toAbsolutePath().normalize();
  }

  /** What to type first, so that commands without {@code --data} speak to this lab, if need be. */
  public Optional<String> environment() {
    return data == null ? Optional.empty() : Optional.of("export SLUICE_LAB_DATA=" + path());
  }

  /**
   * The lab in that directory.
   *
   * @throws Refusal when no lab has been started there
   */
  public LabHandle lab() {
    return LabHandle.open(path());
  }
}
