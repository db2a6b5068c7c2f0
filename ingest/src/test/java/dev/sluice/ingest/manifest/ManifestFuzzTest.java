package dev.sluice.ingest.manifest;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.sluice.core.policy.CidrGroup;
import dev.sluice.core.policy.CidrGroupParser;
import dev.sluice.core.policy.Finding;
import dev.sluice.core.policy.ParsedPolicy;
import dev.sluice.core.policy.PolicyParser;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Jazzer over the whole way from a file's bytes to the language: no exception, and whatever is
 * found wrong has a line. A test run tries the rows of the language's tables; {@code JAZZER_FUZZ=1
 * mvn -pl ingest -am test -Dtest=ManifestFuzzTest} fuzzes from there.
 */
final class ManifestFuzzTest {
  private static final Path LANGUAGE = Path.of("../core/src/test/resources/language");

  static Stream<byte[]> rows() throws IOException {
    List<byte[]> rows = new ArrayList<>();
    try (Stream<Path> files = Files.walk(LANGUAGE)) {
      for (Path file : files.filter(one -> one.toString().endsWith(".yaml")).sorted().toList()) {
        rows.add(Files.readAllBytes(file));
      }
    }
    return rows.stream();
  }

  @MethodSource("rows")
  @FuzzTest(maxDuration = "2m")
  void anyFileIsTakenOrRefused(byte[] content) {
    ManifestFile file = ManifestReader.read("f.yaml", content);
    assertTrue(file.manifests().isEmpty() || file.problems().isEmpty());
    file.problems().forEach(problem -> assertFalse(problem.message().isBlank()));
    for (Manifest manifest : file.manifests()) {
      for (Finding finding : findings(manifest)) {
        assertTrue(manifest.lines().of(finding.path()) > 0, finding::toString);
      }
    }
  }

  private static List<Finding> findings(Manifest manifest) {
    if (manifest.key().kind().equals(CidrGroup.KIND)) {
      return CidrGroupParser.findings(manifest.key(), manifest.body());
    }
    if (!PolicyParser.isPolicy(manifest.key().kind())) {
      return List.of();
    }
    return switch (PolicyParser.parse(manifest.key(), manifest.body())) {
      case ParsedPolicy.Accepted accepted -> accepted.findings();
      case ParsedPolicy.Refused refused -> refused.findings();
    };
  }
}
