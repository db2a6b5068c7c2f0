package dev.sluice.e2e.streams;

import dev.sluice.core.cluster.ClusterStep;
import dev.sluice.core.compile.IdentityFold;
import dev.sluice.core.compile.PolicyFold;
import dev.sluice.core.compile.PolicyStep;
import dev.sluice.core.log.ObjectEvent;
import dev.sluice.schemas.K8sObject;
import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.convert.ClusterRecords;
import dev.sluice.schemas.convert.DesiredRecords;
import dev.sluice.schemas.convert.ObjectEvents;
import dev.sluice.schemas.topic.Topic;
import dev.sluice.schemas.topic.TopicReader;
import dev.sluice.schemas.topic.Topics;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.apache.avro.specific.SpecificRecord;

/**
 * What the topics must hold: the pure folds over the whole log, once, in one go, without Kafka.
 *
 * @param tables last rows of each compacted topic, by key; marks included
 * @param revisions {@code revision hash previousHash}, oldest first
 * @param diagnostics {@code key message}, sorted
 */
record RightRows(
    Map<Topic<?>, TreeMap<String, SpecificRecord>> tables,
    List<String> revisions,
    List<String> diagnostics) {

  static RightRows of(Settings settings, List<TopicReader.Entry<K8sObject>> log) {
    Map<Topic<?>, TreeMap<String, SpecificRecord>> tables = new HashMap<>();
    for (Topic<?> topic :
        List.of(Topics.IDENTITIES, Topics.ENDPOINTS, Topics.ADDRESSES, Topics.DESIRED)) {
      tables.put(topic, new TreeMap<>());
    }
    List<String> revisions = new ArrayList<>();
    TreeMap<String, String> diagnostics = new TreeMap<>();
    IdentityFold cluster = IdentityFold.empty(settings.text(Setting.CLUSTER_NAME));
    PolicyFold policy = PolicyFold.empty();
    for (TopicReader.Entry<K8sObject> entry : log) {
      ObjectEvent event = ObjectEvents.fromAvro(entry.value(), entry.offset());
      ClusterStep derived = cluster.apply(event);
      long position = derived.position();
      derived
          .changes()
          .forEach(
              change ->
                  put(
                      tables.get(ClusterRecords.topic(change)),
                      change.key(),
                      ClusterRecords.toAvro(position, change)));
      tables.get(Topics.IDENTITIES).put(Topics.MARK_KEY, ClusterRecords.identityMark(position));
      tables.get(Topics.ENDPOINTS).put(Topics.MARK_KEY, ClusterRecords.endpointMark(position));
      tables.get(Topics.ADDRESSES).put(Topics.MARK_KEY, ClusterRecords.addressMark(position));
      PolicyStep step = policy.apply(event, derived.changes());
      TreeMap<String, SpecificRecord> desired = tables.get(Topics.DESIRED);
      step.desired()
          .forEach(change -> put(desired, change.key(), DesiredRecords.toAvro(position, change)));
      desired.put(
          Topics.MARK_KEY, DesiredRecords.mark(step.position(), step.revision(), step.hash()));
      step.revisionMade()
          .ifPresent(
              made ->
                  revisions.add(
                      made.revision() + " " + made.hash() + " after " + made.previousHash()));
      step.diagnostics()
          .forEach(
              change -> {
                if (change.isRemoval()) {
                  diagnostics.remove(change.key());
                } else {
                  diagnostics.put(change.key(), change.value().message());
                }
              });
    }
    List<String> told = new ArrayList<>();
    diagnostics.forEach((key, message) -> told.add(key + " " + message));
    return new RightRows(tables, revisions, told);
  }

  private static void put(TreeMap<String, SpecificRecord> table, String key, SpecificRecord row) {
    if (row == null) {
      table.remove(key);
    } else {
      table.put(key, row);
    }
  }
}
