package dev.sluice.schemas;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * A file that is generated and committed. Tests compare; with {@code -Dsluice.regenerate=true} they
 * write.
 */
public final class CommittedFile {
  private CommittedFile() {}

  /**
   * @param file relative to the module's directory
   * @param test whoever calls, to say how to regenerate
   */
  public static void check(Path file, String expected, Class<?> test) throws IOException {
    if (Boolean.getBoolean("sluice.regenerate")) {
      Files.createDirectories(file.getParent());
      Files.writeString(file, expected);
      return;
    }
    assertEquals(
        expected,
        Files.exists(file) ? Files.readString(file) : "",
        () -> file + " is not what the sources say: " + remedy(test));
  }

  /** The command that brings the files of a test up to date. */
  public static String remedy(Class<?> test) {
    return "run 'mvn -q -pl schemas -am test -Dsurefire.failIfNoSpecifiedTests=false -Dtest="
        + test.getSimpleName()
        + " -Dsluice.regenerate=true' and commit what it writes";
  }
}
