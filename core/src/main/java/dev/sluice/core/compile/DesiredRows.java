package dev.sluice.core.compile;

import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.desired.ServiceRow;
import dev.sluice.core.log.Change;
import java.util.ArrayList;
import java.util.List;

/**
 * The rows of one step in the order in which a node may apply them one by one: additions come
 * settings, selectors, members, named ports, labels, policies, addresses, Services; removals follow
 * in reverse. Rows of one kind keep the order in which they were given.
 */
final class DesiredRows {
  private static final int KINDS = 10;

  private final List<List<Change<DesiredRecord>>> additions = new ArrayList<>();
  private final List<List<Change<DesiredRecord>>> removals = new ArrayList<>();

  DesiredRows() {
    for (int i = 0; i < KINDS; i++) {
      additions.add(new ArrayList<>());
      removals.add(new ArrayList<>());
    }
  }

  void put(DesiredRecord row) {
    additions.get(rank(row)).add(Change.upsert(row.getClass(), row.key(), row));
  }

  void remove(DesiredRecord row) {
    removals.get(rank(row)).add(Change.remove(row.getClass(), row.key()));
  }

  /** Takes rows that are in their order already. */
  void services(List<Change<ServiceRow>> changes) {
    for (Change<ServiceRow> change : changes) {
      int rank = rank(change.kind());
      (change.isRemoval() ? removals : additions)
          .get(rank)
          .add(new Change<>(change.kind(), change.key(), change.value()));
    }
  }

  private static int rank(Class<? extends ServiceRow> kind) {
    if (kind == ServiceRow.Node.class) {
      return 7;
    }
    return kind == ServiceRow.Backend.class ? 8 : 9;
  }

  List<Change<DesiredRecord>> inOrder() {
    List<Change<DesiredRecord>> all = new ArrayList<>();
    additions.forEach(all::addAll);
    removals.reversed().forEach(all::addAll);
    return all;
  }

  private static int rank(DesiredRecord row) {
    return switch (row) {
      case DesiredRecord.Settings unused -> 0;
      case DesiredRecord.Selector unused -> 1;
      case DesiredRecord.Member unused -> 2;
      case DesiredRecord.IdentityPorts unused -> 3;
      case DesiredRecord.IdentityLabels unused -> 4;
      case DesiredRecord.SubjectPolicy unused -> 5;
      case DesiredRecord.DesiredAddress unused -> 6;
      case ServiceRow.Node unused -> 7;
      case ServiceRow.Backend unused -> 8;
      case ServiceRow.Frontend unused -> 9;
    };
  }
}
