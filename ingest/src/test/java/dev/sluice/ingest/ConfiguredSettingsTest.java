package dev.sluice.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.policy.ClusterSettings;
import dev.sluice.ingest.port.ObjectSink;
import dev.sluice.ingest.port.SourceEvent;
import dev.sluice.ingest.port.SourceObject;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.config.SettingsException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Which SluiceSettings the log gets: the source's, or else the configuration's. */
class ConfiguredSettingsTest {
  private static final Settings ALWAYS = Settings.of("policy.enforcement.mode=always");
  private static final SourceObject WRITTEN =
      new SourceObject(ClusterSettings.KEY, "sluice.dev/v1", "uid-1", "v1", "a.yaml:1", "{}");
  private static final SourceObject LIFELESS =
      new SourceObject(ClusterSettings.KEY, "sluice.dev/v1", "", "v1", "a.yaml:1", "{}");

  private final List<SourceEvent> told = new ArrayList<>();

  private ObjectSink before(Settings settings) {
    return ConfiguredSettings.before(
        new ObjectSink() {
          @Override
          public void accept(List<SourceEvent> events) {
            told.addAll(events);
          }

          @Override
          public void failed(Throwable cause) {
            throw new AssertionError(cause);
          }
        },
        settings);
  }

  @Test
  void theConfigurationStandsWhereTheSourceHasNone() {
    ObjectSink sink = before(ALWAYS);
    SourceObject configured = ConfiguredSettings.object(ALWAYS).orElseThrow();
    assertTrue(configured.body().contains("\"policyEnforcementMode\":\"always\""));
    SourceEvent pods = new SourceEvent.Relisted("Pod", List.of());
    sink.accept(List.of(pods, new SourceEvent.Relisted(ClusterSettings.KIND, List.of())));
    sink.accept(List.of(new SourceEvent.Added(WRITTEN), new SourceEvent.Deleted(WRITTEN.key())));
    assertEquals(
        List.of(
            pods,
            new SourceEvent.Relisted(ClusterSettings.KIND, List.of(configured)),
            new SourceEvent.Added(LIFELESS),
            new SourceEvent.Modified(configured)),
        told);
  }

  @Test
  void anObjectOfTheSourceGoesBefore() {
    before(ALWAYS)
        .accept(List.of(new SourceEvent.Relisted(ClusterSettings.KIND, List.of(WRITTEN))));
    assertEquals(List.of(new SourceEvent.Relisted(ClusterSettings.KIND, List.of(LIFELESS))), told);
  }

  @Test
  void withoutConfigurationTheSourceAloneCounts() {
    List<SourceEvent> events =
        List.of(
            new SourceEvent.Relisted(ClusterSettings.KIND, List.of()),
            new SourceEvent.Deleted(ClusterSettings.KEY));
    before(Settings.defaults()).accept(events);
    assertEquals(events, told);
  }

  @Test
  void aWrongConfigurationIsSaid() {
    SettingsException wrong =
        assertThrows(
            SettingsException.class,
            () -> ConfiguredSettings.object(Settings.of("policy.enforcement.mode=on")));
    assertTrue(wrong.getMessage().endsWith("write default, always, never"), wrong::getMessage);
  }
}
