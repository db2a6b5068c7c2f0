package dev.sluice.policystream;

import dev.sluice.core.cluster.ClusterRecord;
import dev.sluice.core.cluster.ClusterStep;
import dev.sluice.core.compile.PolicyFold;
import dev.sluice.core.compile.PolicySnapshot;
import dev.sluice.core.log.PositionMerge;
import dev.sluice.foldruntime.Derivation;
import dev.sluice.foldruntime.Group;
import dev.sluice.foldruntime.InputRecord;
import dev.sluice.foldruntime.Output;
import dev.sluice.foldruntime.OutputRow;
import dev.sluice.schemas.AddressRow;
import dev.sluice.schemas.EndpointRow;
import dev.sluice.schemas.IdentityRow;
import dev.sluice.schemas.K8sObject;
import dev.sluice.schemas.convert.ClusterRecords;
import dev.sluice.schemas.convert.ObjectEvents;
import dev.sluice.schemas.convert.Row;
import dev.sluice.schemas.topic.Topic;
import dev.sluice.schemas.topic.Topics;
import java.util.ArrayList;
import java.util.List;

/**
 * The policy fold behind the merge by position, with their records converted. What waits in the
 * merge is in no image: a new life reads the derived topics whole, and the log from its image on.
 */
final class PolicyDerivation implements Derivation {
  static final String NAME = "policy-stream";

  private PolicyFold fold = PolicyFold.empty();
  private PositionMerge<ClusterRecord> merge = PositionMerge.after(ClusterStep.KINDS, -1);

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public List<Topic<?>> inputs() {
    return List.of(Topics.IDENTITIES, Topics.ENDPOINTS, Topics.ADDRESSES, Topics.K8S_OBJECTS);
  }

  @Override
  public List<Output> outputs() {
    return List.of(
        Output.appended(Topics.REVISIONS),
        Output.keyed(Topics.DIAGNOSTICS, key -> key.endsWith("|" + NAME)),
        Output.grouped(Topics.DESIRED));
  }

  @Override
  public void restore(byte[] image) {
    fold = PolicyFold.restore(PolicySnapshot.decode(image));
    merge = PositionMerge.after(ClusterStep.KINDS, fold.position());
  }

  @Override
  public byte[] image() {
    return fold.snapshot().encode();
  }

  @Override
  public int format() {
    return PolicySnapshot.FORMAT;
  }

  @Override
  public long position() {
    return fold.position();
  }

  @Override
  public List<OutputRow> rows() {
    List<OutputRow> rows = new ArrayList<>();
    if (position() < 0) {
      return rows;
    }
    fold.diagnostics().forEach(record -> rows.add(PolicyRows.diagnostic(record)));
    fold.image().forEach(change -> rows.add(PolicyRows.desired(position(), change)));
    rows.add(PolicyRows.mark(position(), fold.revision(), fold.hash()));
    return rows;
  }

  @Override
  public List<Group> apply(InputRecord record) {
    List<PositionMerge.Group<ClusterRecord>> released =
        record.topic().equals(Topics.K8S_OBJECTS)
            ? merge.event(ObjectEvents.fromAvro((K8sObject) record.value(), record.offset()))
            : derived(record);
    List<Group> groups = new ArrayList<>();
    released.forEach(group -> groups.add(compile(group)));
    // What identity-stream makes nothing of need not wait until it has said so.
    for (var alone = merge.alone(fold::isRowless);
        alone.isPresent();
        alone = merge.alone(fold::isRowless)) {
      groups.add(compile(alone.get()));
    }
    return groups;
  }

  private List<PositionMerge.Group<ClusterRecord>> derived(InputRecord record) {
    return switch (row(record)) {
      case Row.Marked<ClusterRecord> mark -> merge.mark(kind(record.topic()), mark.position());
      case Row.Changed<ClusterRecord> changed -> {
        merge.row(changed.position(), changed.change());
        yield List.of();
      }
    };
  }

  private static Row<ClusterRecord> row(InputRecord record) {
    if (record.topic().equals(Topics.IDENTITIES)) {
      return ClusterRecords.fromIdentity(
          record.key(), (IdentityRow) record.value(), record.removedAt());
    }
    if (record.topic().equals(Topics.ENDPOINTS)) {
      return ClusterRecords.fromEndpoint(
          record.key(), (EndpointRow) record.value(), record.removedAt());
    }
    return ClusterRecords.fromAddress(
        record.key(), (AddressRow) record.value(), record.removedAt());
  }

  private static Class<? extends ClusterRecord> kind(Topic<?> topic) {
    if (topic.equals(Topics.IDENTITIES)) {
      return ClusterRecord.Identity.class;
    }
    return topic.equals(Topics.ENDPOINTS)
        ? ClusterRecord.Endpoint.class
        : ClusterRecord.Address.class;
  }

  private Group compile(PositionMerge.Group<ClusterRecord> group) {
    var step = fold.apply(group.event(), group.changes());
    return new Group(step.position(), PolicyRows.of(step));
  }
}
