package dev.sluice.core.service;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.core.desired.ServiceRow;
import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.policy.Yaml;
import dev.sluice.core.service.LbEntry.FrontendEntry;
import dev.sluice.core.service.LbEntry.FrontendKey;
import dev.sluice.core.service.LbEntry.Scope;
import dev.sluice.core.service.LbEntry.SeatEntry;
import dev.sluice.core.service.LbEntry.SlotEntry;
import dev.sluice.core.service.LbEntry.Target;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * A Service with its EndpointSlices as an API server has them in; what two nodes' maps then say
 * out: {@code services/<row>.yaml} and {@code .nodes}. Node n1 is in zone a, n2 in zone b. With
 * {@code -Dgolden.write=true} the expectations are written anew, to be looked through in the diff.
 */
class ServiceGoldenTest {
  private static final Path FOLDER = Path.of("src/test/resources/services");
  private static final Map<String, String> ZONES = new TreeMap<>(Map.of("n1", "a", "n2", "b"));

  @TestFactory
  Stream<DynamicTest> rows() throws IOException {
    return Files.list(FOLDER)
        .filter(file -> file.toString().endsWith(".yaml"))
        .sorted()
        .map(row -> DynamicTest.dynamicTest(row.getFileName().toString(), () -> check(row)));
  }

  private static void check(Path row) throws IOException {
    Path beside = FOLDER.resolve(row.getFileName().toString().replace(".yaml", ".nodes"));
    String seen = text(folded(Files.readString(row)));
    if (Boolean.getBoolean("golden.write")) {
      Files.writeString(beside, seen);
    }
    assertEquals(Files.readString(beside), seen);
  }

  @SuppressWarnings("unchecked")
  private static ServiceFold folded(String manifests) {
    ServiceFold fold = new ServiceFold();
    ServiceLog log = new ServiceLog();
    ZONES.forEach((node, zone) -> fold.fold(log.node(node, zone)));
    for (Object document : Yaml.documents(manifests)) {
      Map<String, Object> body = (Map<String, Object>) document;
      Map<String, Object> metadata = (Map<String, Object>) body.get("metadata");
      ObjectKey key =
          new ObjectKey(body.get("kind").toString(), "shop", metadata.get("name").toString());
      ObjectEvent event = log.put(key, new HashMap<>(body));
      fold.fold(event);
    }
    return fold;
  }

  private static String text(ServiceFold fold) {
    StringBuilder text = new StringBuilder();
    fold.findings()
        .forEach(
            (object, findings) ->
                findings.forEach(
                    finding ->
                        text.append(finding.severity()).append(' ').append(finding).append('\n')));
    for (String node : ZONES.keySet()) {
      text.append(node).append('\n');
      NodeServices services = new NodeServices(node, 251, false);
      fold.image().forEach(services::apply);
      fold.image().stream()
          .filter(change -> change.value() instanceof ServiceRow.Frontend)
          .map(change -> line((ServiceRow.Frontend) change.value(), services))
          .sorted()
          .forEach(line -> text.append("  ").append(line).append('\n'));
      services
          .health()
          .forEach(
              (port, health) ->
                  text.append("  health at %d: %d\n".formatted(port, health.backends())));
    }
    return text.toString();
  }

  private static String line(ServiceRow.Frontend row, NodeServices services) {
    Target target = new Target(row.address(), row.port());
    FrontendEntry entry =
        services.wanted().stream()
            .filter(FrontendEntry.class::isInstance)
            .map(FrontendEntry.class::cast)
            .filter(found -> found.key().equals(new FrontendKey(target, row.protocol())))
            .findFirst()
            .orElseThrow();
    String line =
        "%s %s/%s: %s"
            .formatted(
                row.kind().text(),
                target,
                L4.numbered(row.protocol()),
                backends(services, entry.inside(), false));
    if (entry.outside() != null) {
      line += "; outside: " + backends(services, entry.outside(), true);
    }
    line += entry.affinitySeconds() == 0 ? "" : "; stays " + entry.affinitySeconds() + " s";
    return line + (row.sourceRanges().isEmpty() ? "" : "; only " + row.sourceRanges());
  }

  private static String backends(NodeServices services, Scope scope, boolean seated) {
    String backends =
        services.wanted().stream()
            .flatMap(
                entry ->
                    switch (entry) {
                      case SlotEntry slot when !seated && slot.key().scope().equals(scope) ->
                          Stream.of(slot.backend());
                      case SeatEntry seat when seated && seat.key().scope().equals(scope) ->
                          Stream.of(seat.backend());
                      default -> Stream.empty();
                    })
            .sorted()
            .map(Target::toString)
            .collect(Collectors.joining(" "));
    return backends.isEmpty() ? "nobody" : backends;
  }
}
