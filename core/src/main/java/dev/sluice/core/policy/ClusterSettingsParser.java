package dev.sluice.core.policy;

import dev.sluice.core.log.ObjectKey;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/** Reads SluiceSettings objects, whole or not at all. Pure; any thread. */
public final class ClusterSettingsParser {
  private static final String MODE = "policyEnforcementMode";
  private static final String ENTRIES = "policyMapEntries";
  private static final int FEWEST_ENTRIES = 16;
  private static final int MOST_ENTRIES = 1 << 20;
  private static final FieldTable SPEC = FieldTable.of(MODE, ENTRIES);
  private static final String WRITE = "write spec: {" + MODE + ": default}";

  private final Reading reading = new Reading();

  private ClusterSettingsParser() {}

  /** Reads an object's body; every finding is reported, not only the first. */
  public static ParsedSettings parse(ObjectKey key, Map<String, Object> body) {
    ClusterSettingsParser parser = new ClusterSettingsParser();
    ClusterSettings settings = parser.read(key, body);
    return parser.reading.refused()
        ? new ParsedSettings.Refused(FindingOrder.sorted(parser.reading.findings(), body))
        : new ParsedSettings.Accepted(settings);
  }

  private ClusterSettings read(ObjectKey key, Map<String, Object> body) {
    boolean known = PolicyObject.checkSettings(body, reading);
    if (!key.equals(ClusterSettings.KEY)) {
      reading.refuse(
          "bad-value",
          "metadata.name",
          "there is one SluiceSettings, for the whole cluster: call it "
              + ClusterSettings.KEY.name());
    }
    if (body.get("spec") == null) {
      if (known) {
        reading.refuse("missing-field", "spec", "spec is missing: " + WRITE);
      }
      return ClusterSettings.DEFAULT;
    }
    return reading
        .object(body.get("spec"), "spec", WRITE)
        .map(this::spec)
        .orElse(ClusterSettings.DEFAULT);
  }

  private ClusterSettings spec(Map<String, Object> spec) {
    SPEC.check(spec, "spec", reading);
    return new ClusterSettings(
        mode(spec).orElse(ClusterSettings.DEFAULT.enforcement()),
        reading
            .number(spec, ENTRIES, "spec", FEWEST_ENTRIES, MOST_ENTRIES)
            .orElse(ClusterSettings.DEFAULT.policyMapEntries()));
  }

  private Optional<EnforcementMode> mode(Map<String, Object> spec) {
    Optional<String> text = reading.string(spec, MODE, "spec");
    Optional<EnforcementMode> mode = text.flatMap(EnforcementMode::of);
    if (text.isPresent() && mode.isEmpty()) {
      List<String> words = Arrays.stream(EnforcementMode.values()).map(m -> m.text()).toList();
      reading.refuse(
          "bad-value",
          Reading.at("spec", MODE),
          MODE
              + " is \""
              + text.get()
              + "\": "
              + Nearest.of(text.get(), words)
                  .map(match -> "did you mean " + match.word() + "?")
                  .orElse("write " + words.stream().collect(Collectors.joining(", "))));
    }
    return mode;
  }
}
