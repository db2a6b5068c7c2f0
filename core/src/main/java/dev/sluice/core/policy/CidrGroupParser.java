package dev.sluice.core.policy;

import dev.sluice.core.label.Label;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.net.Prefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads CiliumCIDRGroup objects, whole or not at all. Pure; any thread. */
public final class CidrGroupParser {
  private static final FieldTable SPEC = FieldTable.of("externalCIDRs");
  private static final String WRITE = "write spec: {externalCIDRs: [203.0.113.0/24]}";

  private CidrGroupParser() {}

  /** Reads an object's body; every finding is reported, not only the first. */
  public static ParsedCidrGroup parse(ObjectKey key, Map<String, Object> body) {
    Reading reading = new Reading();
    boolean known = PolicyObject.checkGroup(body, reading);
    List<Prefix> prefixes = prefixes(body, known, reading);
    List<Label> labels = labels(body, reading);
    List<Finding> findings = FindingOrder.sorted(reading.findings(), body);
    return reading.refused()
        ? new ParsedCidrGroup.Refused(findings)
        : new ParsedCidrGroup.Accepted(CidrGroup.of(key.name(), prefixes, labels), findings);
  }

  /** Everything found in an object's body, warnings too. */
  public static List<Finding> findings(ObjectKey key, Map<String, Object> body) {
    return switch (parse(key, body)) {
      case ParsedCidrGroup.Accepted accepted -> accepted.findings();
      case ParsedCidrGroup.Refused refused -> refused.findings();
    };
  }

  private static List<Prefix> prefixes(Map<String, Object> body, boolean known, Reading reading) {
    if (body.get("spec") == null) {
      if (known) {
        reading.refuse("missing-field", "spec", "spec is missing: " + WRITE);
      }
      return List.of();
    }
    Map<String, Object> spec = reading.object(body.get("spec"), "spec", WRITE).orElse(null);
    if (spec == null) {
      return List.of();
    }
    boolean knownSpec = SPEC.check(spec, "spec", reading);
    if (knownSpec && spec.get("externalCIDRs") == null) {
      reading.refuse(
          "missing-field",
          "spec.externalCIDRs",
          "externalCIDRs is missing: list the prefixes, [] for none");
    }
    List<?> list =
        reading.list(spec, "externalCIDRs", "spec", "write a list of prefixes").orElse(List.of());
    PrefixReader reader = new PrefixReader(reading);
    List<Prefix> prefixes = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      Optional<Prefix> prefix =
          reader.prefixOrAddress(list.get(i), Reading.at("spec.externalCIDRs", i));
      prefix.ifPresent(prefixes::add);
    }
    return prefixes;
  }

  /** Labels of an object have been checked by whoever took it in: what is no text is left out. */
  private static List<Label> labels(Map<String, Object> body, Reading reading) {
    List<Label> labels = new ArrayList<>();
    if (body.get("metadata") instanceof Map<?, ?> metadata
        && metadata.get("labels") instanceof Map<?, ?> map) {
      map.forEach(
          (key, value) ->
              reading
                  .string(value, String.valueOf(key), "metadata.labels." + key)
                  .ifPresent(
                      text -> labels.add(new Label(CidrGroup.SOURCE, String.valueOf(key), text))));
    }
    return labels;
  }
}
