package dev.sluice.core.golden;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.core.policy.LanguageRow;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Manifests in; selectors, compiled policy and kernel map entries out: {@code
 * language/<kind>/<row>.yaml} in the cluster of {@code language-world.yaml}, and {@code .compiled}.
 * With {@code -Dgolden.write=true} the expectations are written anew, to be looked through in the
 * diff.
 */
class CompiledGoldenTest {
  @TestFactory
  Stream<DynamicTest> rows() {
    return LanguageRow.all().stream()
        .map(row -> DynamicTest.dynamicTest(row.toString(), () -> check(row)));
  }

  private static void check(LanguageRow row) throws IOException {
    String compiled = CompiledText.of(GoldenWorld.with(row), row.key().toString());
    if (Boolean.getBoolean("golden.write")) {
      Files.writeString(row.beside("compiled"), compiled);
    }
    assertEquals(Files.readString(row.beside("compiled")), compiled);
  }

  /** What does nothing here proves nothing; but for policies whose subjects nobody can be. */
  @Test
  void everyRowChangesTheMaps() {
    String bare = maps(CompiledText.of(GoldenWorld.bare(), ""));
    Set<String> same = new TreeSet<>();
    for (LanguageRow row : LanguageRow.all()) {
      if (maps(CompiledText.of(GoldenWorld.with(row), row.key().toString())).equals(bare)) {
        same.add(row.toString());
      }
    }
    assertEquals(
        Set.of(
            "ciliumnetworkpolicy/subject-other-namespace",
            "ciliumnetworkpolicy/subject-other-namespace-any-source"),
        same);
  }

  private static String maps(String compiled) {
    return compiled
        .lines()
        .dropWhile(line -> !line.startsWith("map"))
        .collect(Collectors.joining("\n"));
  }
}
