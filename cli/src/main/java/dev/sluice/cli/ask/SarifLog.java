package dev.sluice.cli.ask;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.cli.Version;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;

/**
 * Findings as SARIF 2.1.0 (docs.oasis-open.org/sarif/sarif/v2.1.0), which code hosts show beside
 * the changed lines. Paths stay relative to the folder that lint ran in.
 */
final class SarifLog {
  private static final String SCHEMA =
      "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json";

  private SarifLog() {}

  static ObjectNode of(Collection<Finding> findings) {
    Map<String, Integer> rules = new TreeMap<>();
    findings.forEach(finding -> rules.put(finding.code(), 0));
    ObjectNode log = JsonNodeFactory.instance.objectNode();
    log.put("$schema", SCHEMA);
    log.put("version", "2.1.0");
    ObjectNode run = log.putArray("runs").addObject();
    ObjectNode driver = run.putObject("tool").putObject("driver");
    driver.put("name", "sluice policy lint");
    driver.put("version", Version.number());
    ArrayNode list = driver.putArray("rules");
    for (Map.Entry<String, Integer> rule : rules.entrySet()) {
      rule.setValue(list.size());
      ObjectNode one = list.addObject();
      one.put("id", rule.getKey());
      one.putObject("shortDescription").put("text", rule.getKey().replace('-', ' '));
    }
    run.put("columnKind", "unicodeCodePoints");
    ArrayNode results = run.putArray("results");
    findings.forEach(finding -> result(results.addObject(), finding, rules.get(finding.code())));
    return log;
  }

  private static void result(ObjectNode result, Finding finding, int rule) {
    result.put("ruleId", finding.code());
    result.put("ruleIndex", rule);
    result.put("level", level(finding));
    String field = finding.path().isEmpty() ? "" : finding.path() + ": ";
    result.putObject("message").put("text", field + finding.message());
    if (finding.file().isEmpty()) {
      return;
    }
    ObjectNode location = result.putArray("locations").addObject();
    ObjectNode physical = location.putObject("physicalLocation");
    physical.putObject("artifactLocation").put("uri", uri(finding.file()));
    if (finding.line() > 0) {
      physical.putObject("region").put("startLine", finding.line());
    }
    location.putArray("logicalLocations").addObject().put("fullyQualifiedName", finding.title());
  }

  /** SARIF has no word for a refusal: nothing is worse than an error. */
  private static String level(Finding finding) {
    return finding.severity().equals("refused") ? "error" : finding.severity();
  }

  /** RFC 3986: what stands for itself in a path stays, of everything else the bytes are written. */
  private static String uri(String file) {
    StringBuilder uri = new StringBuilder(file.startsWith("/") ? "file://" : "");
    for (byte octet : file.getBytes(StandardCharsets.UTF_8)) {
      char letter = (char) (octet & 0xFF);
      if (letter < 128 && (Character.isLetterOrDigit(letter) || "/-._~".indexOf(letter) >= 0)) {
        uri.append(letter);
      } else {
        uri.append("%%%02X".formatted(octet & 0xFF));
      }
    }
    return uri.toString();
  }
}
