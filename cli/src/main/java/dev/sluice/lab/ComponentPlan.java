package dev.sluice.lab;

import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.config.Settings;
import java.util.ArrayList;
import java.util.List;

/** Which processes a lab has and what each is told; a pure function of the lab's options. */
final class ComponentPlan {
  private ComponentPlan() {}

  /**
   * @param common settings of all: addresses of Kafka and registry, and what {@code --set} said
   */
  static List<ComponentSpec> of(
      LabOptions options, LabNames names, CgroupTree cgroups, Settings common) {
    LabFiles files = options.files();
    List<ComponentSpec> all = new ArrayList<>();
    if (options.ownBroker()) {
      all.add(
          new ComponentSpec(
              "broker",
              "",
              "dev.sluice.broker.BrokerMain",
              512,
              common.with(Setting.BROKER_DATA_DIR, files.store("kafka"))));
    }
    all.add(
        new ComponentSpec(
            "ingest",
            "",
            "dev.sluice.ingest.IngestMain",
            256,
            common.with(Setting.INGEST_SOURCE, "folder:" + files.manifests())));
    all.add(stream("identity-stream", "dev.sluice.identity.IdentityStreamMain", files, common));
    all.add(stream("policy-stream", "dev.sluice.policystream.PolicyStreamMain", files, common));
    for (int i = 1; i <= options.nodes(); i++) {
      all.add(applier(i, names, cgroups, common));
    }
    all.add(
        new ComponentSpec(
            ComponentSpec.FLOW_SINK, "", "dev.sluice.flows.FlowSinkMain", 192, common));
    return all;
  }

  private static ComponentSpec stream(
      String name, String mainClass, LabFiles files, Settings common) {
    return new ComponentSpec(
        name, "", mainClass, 384, common.with(Setting.STATE_DIR, files.store(name)));
  }

  private static ComponentSpec applier(
      int index, LabNames names, CgroupTree cgroups, Settings common) {
    String node = LabNames.node(index);
    Settings settings =
        common
            .with(Setting.NODE_NAME, node)
            .with(Setting.NODE_NETNS, Sandbox.NETNS_DIR.resolve(names.nodeNetns(index)))
            .with(Setting.NODE_BPF_PATH, names.bpfDir(index))
            .with(Setting.NODE_SOCKET, names.applierSocket(index))
            .with(Setting.NODE_CGROUP, cgroups.node(node));
    return new ComponentSpec(
        "node-applier", node, "dev.sluice.node.NodeApplierMain", 160, settings);
  }
}
