package dev.sluice.identity;

import dev.sluice.core.cluster.ClusterRecord;
import dev.sluice.core.cluster.ClusterStep;
import dev.sluice.core.compile.IdentityFold;
import dev.sluice.core.log.Change;
import dev.sluice.foldruntime.Derivation;
import dev.sluice.foldruntime.Group;
import dev.sluice.foldruntime.InputRecord;
import dev.sluice.foldruntime.Output;
import dev.sluice.foldruntime.OutputRow;
import dev.sluice.schemas.K8sObject;
import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.convert.ClusterRecords;
import dev.sluice.schemas.convert.ObjectEvents;
import dev.sluice.schemas.topic.Topic;
import dev.sluice.schemas.topic.Topics;
import java.util.ArrayList;
import java.util.List;

/**
 * The cluster fold with its records converted. Every record of k8s.objects moves all three marks,
 * also one that changes nothing: those who wait for a position learn that it has been reached.
 */
final class IdentityDerivation implements Derivation {
  static final String NAME = "identity-stream";

  private IdentityFold fold;

  IdentityDerivation(Settings settings) {
    fold = IdentityFold.empty(settings.text(Setting.CLUSTER_NAME));
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<Topic<?>> inputs() {
    return List.of(Topics.K8S_OBJECTS);
  }

  @Override
  public List<Output> outputs() {
    return List.of(
        Output.grouped(Topics.IDENTITIES),
        Output.grouped(Topics.ENDPOINTS),
        Output.grouped(Topics.ADDRESSES));
  }

  @Override
  public void restore(byte[] image) {
    fold = IdentityFold.restore(image);
  }

  @Override
  public byte[] image() {
    return fold.image();
  }

  @Override
  public int format() {
    return IdentityFold.FORMAT;
  }

  @Override
  public long position() {
    return fold.position();
  }

  @Override
  public List<OutputRow> rows() {
    return position() < 0 ? List.of() : rows(position(), fold.rows());
  }

  @Override
  public List<Group> apply(InputRecord record) {
    if (record.offset() <= fold.position()) {
      return List.of();
    }
    ClusterStep step =
        fold.apply(ObjectEvents.fromAvro((K8sObject) record.value(), record.offset()));
    return List.of(new Group(step.position(), rows(step.position(), step.changes())));
  }

  @Override
  public void catchUp() {
    fold.catchUp();
  }

  private static List<OutputRow> rows(long position, List<Change<ClusterRecord>> changes) {
    List<OutputRow> rows = new ArrayList<>(changes.size() + 3);
    for (Change<ClusterRecord> change : changes) {
      rows.add(
          new OutputRow(
              ClusterRecords.topic(change),
              change.key(),
              position,
              ClusterRecords.toAvro(position, change),
              OutputRow.NOW));
    }
    rows.add(
        OutputRow.upsert(
            Topics.IDENTITIES, Topics.MARK_KEY, position, ClusterRecords.identityMark(position)));
    rows.add(
        OutputRow.upsert(
            Topics.ENDPOINTS, Topics.MARK_KEY, position, ClusterRecords.endpointMark(position)));
    rows.add(
        OutputRow.upsert(
            Topics.ADDRESSES, Topics.MARK_KEY, position, ClusterRecords.addressMark(position)));
    return rows;
  }
}
