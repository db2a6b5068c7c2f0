package dev.sluice.core.compile;

import dev.sluice.core.cluster.ClusterFindings;
import dev.sluice.core.cluster.ClusterRecord;
import dev.sluice.core.log.Change;
import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.policy.CidrGroup;
import dev.sluice.core.policy.CidrGroupParser;
import dev.sluice.core.policy.Finding;
import dev.sluice.core.service.ServiceFold;
import java.util.List;

/** Tells what is wrong with objects that are no policies. One fold owns it. */
final class ObjectTelling {
  private final ServiceFold services;
  private final Diagnostics diagnostics;

  ObjectTelling(ServiceFold services, Diagnostics diagnostics) {
    this.services = services;
    this.diagnostics = diagnostics;
  }

  /** Tells what a record says, and what identity-stream made of it. */
  void tell(ObjectEvent event, List<Change<ClusterRecord>> changes) {
    tellServices(event);
    tellCluster(event, changes);
    tellGroup(event);
  }

  private void tellServices(ObjectEvent event) {
    services
        .findings()
        .forEach(
            (key, findings) -> {
              String who = services.who(key);
              diagnostics.replace(
                  key, code -> true, findings, event, who == null ? event.who() : who);
            });
  }

  /** What identity-stream could not make of the objects: it says nothing itself. */
  private void tellCluster(ObjectEvent event, List<Change<ClusterRecord>> changes) {
    if (ClusterFindings.areOf(event.key().kind())) {
      tell(
          event.key(),
          ClusterFindings.UNREADABLE_ADDRESS,
          event.read(ClusterFindings.READER),
          event);
    }
    for (Change<ClusterRecord> change : changes) {
      if (change.value() instanceof ClusterRecord.Endpoint endpoint) {
        ObjectKey pod = new ObjectKey("Pod", endpoint.namespace(), endpoint.pod());
        tell(pod, ClusterFindings.NO_NUMBER, ClusterFindings.of(endpoint), event);
      } else if (change.kind() == ClusterRecord.Endpoint.class) {
        String[] name = change.key().split("/", 2);
        tell(new ObjectKey("Pod", name[0], name[1]), ClusterFindings.NO_NUMBER, List.of(), event);
      }
    }
  }

  /** What is wrong with a CiliumCIDRGroup; which prefixes it has is for identity-stream. */
  private void tellGroup(ObjectEvent event) {
    boolean there =
        event.type() == ObjectEvent.Type.ADDED || event.type() == ObjectEvent.Type.MODIFIED;
    boolean gone = event.type() == ObjectEvent.Type.DELETED;
    if (event.key().kind().equals(CidrGroup.KIND) && (there || gone)) {
      List<Finding> findings =
          there ? CidrGroupParser.findings(event.key(), event.body()) : List.of();
      diagnostics.replace(event.key(), code -> true, findings, event, event.who());
    }
  }

  private void tell(ObjectKey object, String code, List<Finding> findings, ObjectEvent event) {
    String who = object.equals(event.key()) ? event.who() : "";
    diagnostics.replace(object, code::equals, findings, event, who);
  }
}
