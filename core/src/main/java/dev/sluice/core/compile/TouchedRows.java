package dev.sluice.core.compile;

import dev.sluice.core.cluster.ClusterRecord;
import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.policy.ClusterSettings;

/** The rows that differ from before a step, of all that it touched but subjects and Services. */
final class TouchedRows {
  private TouchedRows() {}

  /** Adds the differences between what was touched and what there is now. */
  static void add(Touched touched, Compilation compilation, DesiredRows rows) {
    settings(touched, compilation, rows);
    selectors(touched, compilation, rows);
    members(touched, compilation, rows);
    ports(touched, compilation, rows);
    labels(touched, compilation, rows);
    addresses(touched, compilation, rows);
  }

  private static void settings(Touched touched, Compilation compilation, DesiredRows rows) {
    ClusterSettings before = touched.settings();
    ClusterSettings now = compilation.settings();
    if (before == null || before.equals(now)) {
      return;
    }
    DesiredRecord.Settings row = new DesiredRecord.Settings(now);
    if (now.equals(ClusterSettings.DEFAULT)) {
      rows.remove(row);
    } else {
      rows.put(row);
    }
  }

  private static void selectors(Touched touched, Compilation compilation, DesiredRows rows) {
    touched
        .selectors()
        .forEach(
            (id, before) -> {
              DesiredRecord.Selector now = compilation.rows().selector(id);
              if (now != null && !now.equals(before)) {
                rows.put(now);
              } else if (now == null && before != null) {
                rows.remove(before);
              }
            });
  }

  private static void members(Touched touched, Compilation compilation, DesiredRows rows) {
    touched
        .members()
        .forEach(
            (selector, identities) ->
                identities.forEach(
                    (identity, before) -> {
                      boolean now = compilation.rows().isMember(selector, identity);
                      if (now && !before) {
                        rows.put(new DesiredRecord.Member(selector, identity));
                      } else if (!now && before) {
                        rows.remove(new DesiredRecord.Member(selector, identity));
                      }
                    }));
  }

  private static void ports(Touched touched, Compilation compilation, DesiredRows rows) {
    touched
        .ports()
        .forEach(
            (identity, before) -> {
              DesiredRecord.IdentityPorts now = compilation.portNames().row(identity);
              if (now != null && !now.equals(before)) {
                rows.put(now);
              } else if (now == null && before != null) {
                rows.remove(before);
              }
            });
  }

  private static void labels(Touched touched, Compilation compilation, DesiredRows rows) {
    touched
        .labels()
        .forEach(
            (identity, before) -> {
              DesiredRecord.IdentityLabels now = compilation.rows().labels(identity);
              if (now != null && !now.labels().equals(before)) {
                rows.put(now);
              } else if (now == null && before != null) {
                rows.remove(new DesiredRecord.IdentityLabels(identity, before));
              }
            });
  }

  private static void addresses(Touched touched, Compilation compilation, DesiredRows rows) {
    touched
        .addresses()
        .forEach(
            (key, before) -> {
              ClusterRecord.Address now = compilation.latest().address(key);
              if (now != null && !now.equals(before)) {
                rows.put(new DesiredRecord.DesiredAddress(now));
              } else if (now == null && before != null) {
                rows.remove(new DesiredRecord.DesiredAddress(before));
              }
            });
  }
}
