package dev.sluice.core.policy;

import com.code_intelligence.jazzer.junit.FuzzTest;
import dev.sluice.core.log.ObjectKey;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Jazzer over the step from YAML to the language. A test run tries the rows of the language's
 * tables; {@code JAZZER_FUZZ=1 mvn -pl core test -Dtest=LanguageFuzzTest} fuzzes from there.
 */
final class LanguageFuzzTest {
  static Stream<byte[]> rows() {
    return LanguageRow.all().stream()
        .map(row -> LanguageRow.read(row.file()).getBytes(StandardCharsets.UTF_8));
  }

  @MethodSource("rows")
  @FuzzTest(maxDuration = "2m")
  void anyBytesAreTakenOrRefused(byte[] yaml) {
    List<Object> documents;
    try {
      documents = Yaml.documents(new String(yaml, StandardCharsets.UTF_8));
    } catch (YamlEngineException noYaml) {
      return;
    }
    for (Object document : documents) {
      if (document instanceof Map<?, ?> body && body.get("kind") instanceof String kind) {
        check(kind, body);
      }
    }
  }

  @SuppressWarnings("unchecked")
  private static void check(String kind, Map<?, ?> body) {
    boolean namespaced = PolicyKind.of(kind).filter(PolicyKind::namespaced).isPresent();
    ReadWhole.check(new ObjectKey(kind, namespaced ? "shop" : "", "p"), (Map<String, Object>) body);
  }
}
