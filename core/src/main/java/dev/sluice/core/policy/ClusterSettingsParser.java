package dev.sluice.core.policy;

import dev.sluice.core.log.ObjectKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Reads SluiceSettings objects, whole or not at all. Pure; any thread. */
public final class ClusterSettingsParser {
  private static final String MODE = "policyEnforcementMode";
  private static final String ENTRIES = "policyMapEntries";
  private static final String NAMESPACE = "systemNamespace";
  private static final String PEERS = "systemPeers";
  private static final String WRITE_PEER = "write {cidr: 203.0.113.7/32, port: 9092}";
  private static final int FEWEST_ENTRIES = 16;
  private static final int MOST_ENTRIES = 1 << 20;
  private static final FieldTable SPEC = FieldTable.of(MODE, ENTRIES, NAMESPACE, PEERS);
  private static final FieldTable PEER = FieldTable.of("cidr", "port");
  private static final Pattern NAMESPACE_NAME =
      Pattern.compile("[a-z0-9]([-a-z0-9]{0,61}[a-z0-9])?");
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
            .orElse(ClusterSettings.DEFAULT.policyMapEntries()),
        namespace(spec),
        peers(spec));
  }

  private String namespace(Map<String, Object> spec) {
    String name = reading.string(spec, NAMESPACE, "spec").orElse("");
    if (!name.isEmpty() && !NAMESPACE_NAME.matcher(name).matches()) {
      reading.refuse(
          "bad-value",
          Reading.at("spec", NAMESPACE),
          NAMESPACE + " is \"" + name + "\": write the name of a namespace");
    }
    return name;
  }

  private List<SystemPeer> peers(Map<String, Object> spec) {
    List<?> list = reading.list(spec, PEERS, "spec", WRITE_PEER).orElse(List.of());
    if (!list.isEmpty() && spec.get(NAMESPACE) == null) {
      reading.refuse(
          "missing-field",
          Reading.at("spec", PEERS),
          PEERS + " are for the pods of a namespace: write " + NAMESPACE + " too");
    }
    List<SystemPeer> peers = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      String path = Reading.at(Reading.at("spec", PEERS), i);
      reading
          .object(list.get(i), path, WRITE_PEER)
          .flatMap(p -> peer(p, path))
          .ifPresent(peers::add);
    }
    return List.copyOf(peers);
  }

  private Optional<SystemPeer> peer(Map<String, Object> peer, String path) {
    boolean known = PEER.check(peer, path, reading);
    int port = reading.number(peer, "port", path, 1, 65535).orElse(0);
    if (peer.get("cidr") == null) {
      if (known) {
        reading.refuse("missing-field", Reading.at(path, "cidr"), "cidr is missing: " + WRITE_PEER);
      }
      return Optional.empty();
    }
    return new PrefixReader(reading)
        .prefixOrAddress(peer.get("cidr"), Reading.at(path, "cidr"))
        .map(prefix -> new SystemPeer(prefix, port));
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
