package dev.sluice.core.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The bugs of {@code src/test/bugs} can be planted: what each patch takes out stands in its file.
 * Whether the proof catches them is for {@code sluice bugs}, which takes longer.
 */
class PlantedBugsTest {
  private static final Path ROOT = Path.of("..");
  private static final String FILE = "+++ b/";
  private static final Path BUGS = Path.of("src/test/bugs");
  private static final Pattern ROW =
      Pattern.compile("(?m)^\\| ([a-z0-9-]+) \\| (.*) \\| `([A-Za-z_]+\\.[a-z]+)` \\| \\d+ \\|$");

  private static List<Path> patches() throws IOException {
    try (Stream<Path> files = Files.list(BUGS)) {
      return files.filter(file -> file.toString().endsWith(".patch")).sorted().toList();
    }
  }

  @TestFactory
  Stream<DynamicTest> each() throws IOException {
    return patches().stream()
        .map(patch -> DynamicTest.dynamicTest(name(patch), () -> assertApplies(patch)));
  }

  private static String name(Path patch) {
    return patch.getFileName().toString().replace(".patch", "");
  }

  private static void assertApplies(Path patch) throws IOException {
    String target = Files.readString(ROOT.resolve(file(patch)));
    List<String> hunks = new ArrayList<>();
    for (String line : Files.readAllLines(patch)) {
      if (line.startsWith("@@ ")) {
        hunks.add("");
      } else if (!hunks.isEmpty() && !line.startsWith("+")) {
        hunks.add(hunks.removeLast() + line.substring(1) + "\n"); // what is to be there before
      }
    }
    assertFalse(hunks.isEmpty(), patch + " changes nothing");
    for (String hunk : hunks) {
      assertTrue(
          target.startsWith(hunk) || target.contains("\n" + hunk),
          () -> "does not stand there any more, mend the patch:\n" + hunk);
    }
  }

  /** The one file that a patch changes. */
  private static String file(Path patch) throws IOException {
    List<String> files =
        Files.readAllLines(patch).stream().filter(line -> line.startsWith(FILE)).toList();
    assertEquals(1, files.size(), patch + " changes one file");
    return files.getFirst().substring(FILE.length());
  }

  @Test
  void theDocumentHasEachWithItsSentenceAndItsFile() throws IOException {
    List<String> wanted = new ArrayList<>();
    for (Path patch : patches()) {
      String file = file(patch);
      String sentence = Files.readAllLines(patch).getFirst();
      wanted.add(
          "%s: %s, %s"
              .formatted(
                  name(patch),
                  sentence.substring(0, sentence.length() - 1),
                  file.substring(file.lastIndexOf('/') + 1)));
    }
    List<String> told = new ArrayList<>();
    Matcher row = ROW.matcher(Files.readString(ROOT.resolve("docs/PROOF.md")));
    while (row.find()) {
      told.add("%s: %s, %s".formatted(row.group(1), row.group(2), row.group(3)));
    }
    assertEquals(String.join("\n", wanted), String.join("\n", told));
  }
}
