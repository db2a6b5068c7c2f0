package dev.sluice.ingest;

import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.policy.ClusterSettings;
import dev.sluice.core.policy.ClusterSettingsParser;
import dev.sluice.core.policy.ParsedSettings;
import dev.sluice.ingest.manifest.ContentHash;
import dev.sluice.ingest.port.ObjectSink;
import dev.sluice.ingest.port.SourceEvent;
import dev.sluice.ingest.port.SourceObject;
import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.config.SettingsException;
import dev.sluice.schemas.convert.JsonTree;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Between a source and the log: where the source has no SluiceSettings, those of the process's own
 * configuration are the object. There is one such object and it has no life of its own, so that
 * nothing comes between two versions of it.
 */
public final class ConfiguredSettings implements ObjectSink {
  private static final String WHO = "configuration";

  private final Optional<SourceObject> configured;
  private final ObjectSink log;

  private ConfiguredSettings(Optional<SourceObject> configured, ObjectSink log) {
    this.configured = configured;
    this.log = log;
  }

  /**
   * @param log where the events go on to
   * @throws SettingsException when the configuration says what no SluiceSettings may
   */
  static ObjectSink before(ObjectSink log, Settings settings) {
    return new ConfiguredSettings(object(settings), log);
  }

  /**
   * The object that the configuration stands for; empty where it says nothing.
   *
   * @throws SettingsException when no SluiceSettings may say it
   */
  public static Optional<SourceObject> object(Settings settings) {
    Map<String, Object> spec = new TreeMap<>();
    settings
        .optional(Setting.POLICY_ENFORCEMENT_MODE)
        .ifPresent(mode -> spec.put("policyEnforcementMode", mode));
    if (settings.optional(Setting.POLICY_MAP_ENTRIES).isPresent()) {
      spec.put("policyMapEntries", settings.number(Setting.POLICY_MAP_ENTRIES));
    }
    if (spec.isEmpty()) {
      return Optional.empty();
    }
    Map<String, Object> body = new TreeMap<>();
    body.put("apiVersion", ClusterSettings.API_VERSION);
    body.put("kind", ClusterSettings.KIND);
    body.put("metadata", Map.of("name", ClusterSettings.KEY.name()));
    body.put("spec", spec);
    if (ClusterSettingsParser.parse(ClusterSettings.KEY, body)
        instanceof ParsedSettings.Refused refused) {
      throw new SettingsException(
          "the configuration makes no SluiceSettings: " + refused.findings().getFirst());
    }
    String text = JsonTree.print(body);
    return Optional.of(
        new SourceObject(
            ClusterSettings.KEY,
            ClusterSettings.API_VERSION,
            "",
            ContentHash.of(text.getBytes(StandardCharsets.UTF_8)),
            WHO,
            text));
  }

  @Override
  public void accept(List<SourceEvent> events) {
    log.accept(events.stream().map(this::completed).toList());
  }

  private SourceEvent completed(SourceEvent event) {
    return switch (event) {
      case SourceEvent.Relisted(String kind, List<SourceObject> objects)
          when kind.equals(ClusterSettings.KIND) ->
          new SourceEvent.Relisted(kind, completed(objects));
      case SourceEvent.Deleted(ObjectKey key) when key.equals(ClusterSettings.KEY) ->
          configured.<SourceEvent>map(SourceEvent.Modified::new).orElse(event);
      case SourceEvent.Added(SourceObject object) when isOurs(object) ->
          new SourceEvent.Added(lifeless(object));
      case SourceEvent.Modified(SourceObject object) when isOurs(object) ->
          new SourceEvent.Modified(lifeless(object));
      case SourceEvent other -> other;
    };
  }

  private List<SourceObject> completed(List<SourceObject> objects) {
    List<SourceObject> all = new ArrayList<>();
    objects.forEach(object -> all.add(isOurs(object) ? lifeless(object) : object));
    if (objects.stream().noneMatch(ConfiguredSettings::isOurs)) {
      configured.ifPresent(all::add);
    }
    return all;
  }

  private static boolean isOurs(SourceObject object) {
    return object.key().equals(ClusterSettings.KEY);
  }

  private static SourceObject lifeless(SourceObject object) {
    return new SourceObject(
        object.key(),
        object.apiVersion(),
        "",
        object.resourceVersion(),
        object.who(),
        object.body());
  }

  @Override
  public void failed(Throwable cause) {
    log.failed(cause);
  }
}
