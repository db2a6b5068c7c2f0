package dev.sluice.lab;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.sluice.broker.LoopbackPort;
import dev.sluice.cli.Refusal;
import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.serde.TopicSerdes;
import dev.sluice.schemas.topic.Topics;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * The process behind {@code lab up}: builds the wire and the nodes, starts every component, and is
 * the kubelet of all nodes until it is closed. Its parts do the work; here they are put together.
 *
 * <p>{@link #start} once; everything after that comes from other threads.
 */
public final class Supervisor implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofMinutes(3);
  private static final long MARKS_BACK = 500;

  private final LabOptions options;
  private final LabFiles files;
  private final LabNames names;
  private final CgroupTree cgroups;
  private final Consumer<String> progress;
  private final List<ComponentRuntime> components = new ArrayList<>();
  private final List<AutoCloseable> open = new ArrayList<>();
  private final Map<String, ApplierClient> appliers = new LinkedHashMap<>();
  private final Pace pace = new Pace();
  private Settings settings;
  private Kubelet kubelet;
  private ObjectLog log;
  private Applying applying;
  private OutsideHosts outside;
  private LabDns dns;
  private volatile String phase = "starting";

  /**
   * @param progress told in short lines what happens while the lab starts
   */
  public Supervisor(LabOptions options, Consumer<String> progress) {
    this.options = options;
    this.files = options.files();
    this.names = LabNames.of(options.data());
    this.cgroups = CgroupTree.of(names);
    this.progress = progress;
    for (int i = 1; i <= options.nodes(); i++) {
      appliers.put(LabNames.node(i), new ApplierClient(names.applierSocket(i)));
    }
  }

  /**
   * Brings everything up and applies the manifests; returns the exit status of that.
   *
   * @param out told what became of each object
   * @param err told what is wrong
   * @throws Refusal when a lab runs in this directory already
   * @throws LabFailure when a component does not start
   */
  public int start(Consumer<String> out, Consumer<String> err) throws IOException {
    refuseSecond(files);
    new Teardown(files).run();
    Files.createDirectories(files.data());
    Files.createDirectories(files.manifests());
    Files.createDirectories(names.runtimeDir());
    settings = settings();
    plan();
    writeState();
    Optional.of(components.getFirst())
        .filter(c -> c.spec().name().equals("broker"))
        .ifPresent(ComponentRuntime::start);
    progress.accept("network: the wire and " + options.nodes() + " node(s)");
    network();
    writeNodes();
    int kept = new ManifestFolder(files.manifests()).objects();
    if (kept > 0) {
      progress.accept(
          "with the %d objects of before (without: 'rm -r %s' while no lab runs)"
              .formatted(kept, files.data()));
    }
    progress.accept("starting " + components.size() + " processes");
    components.forEach(ComponentRuntime::start);
    TopicSerdes serdes = closing(TopicSerdes.connect(settings));
    log = new ObjectLog(kubelet, dns, System.currentTimeMillis());
    closing(new LogFollower<>(settings, serdes, Topics.K8S_OBJECTS, -1, pace, log::object));
    closing(new LogFollower<>(settings, serdes, Topics.DESIRED, MARKS_BACK, pace, log::desired));
    applying =
        new Applying(
            new ManifestFolder(files.manifests()),
            outside,
            log,
            pace,
            kubelet,
            appliers,
            dns,
            settings,
            serdes);
    outside.restore();
    try (Pace.Haste untilSynced = pace.hasten()) {
      awaitComponents();
    }
    phase = "running";
    writeState();
    closing(new ControlServer(names.supervisorSocket(), new Requests(this)::handle));
    return applyFirst(Answer.printing(out, err));
  }

  private int applyFirst(Answer answer) {
    List<Manifest> manifests = Manifest.read(options.manifests());
    progress.accept("pods and policies");
    int status = applying.apply(manifests, START_LIMIT, answer);
    FileTree.giveBack(files.data());
    return status;
  }

  /**
   * @throws Refusal when a lab runs in the directory already
   */
  public static void refuseSecond(LabFiles files) {
    try {
      LabState before =
          LabHandle.MAPPER.readValue(Files.readAllBytes(files.state()), LabState.class);
      if (ProcessTable.alive(before.supervisor())) {
        throw new Refusal(
            "A lab runs in "
                + files.data()
                + " already: end it with 'sluice lab down', or choose"
                + " another directory with --data");
      }
    } catch (IOException e) {
      // None, or one that was cut off while it wrote: its remains are removed by name.
    }
  }

  private Settings settings() {
    Settings common = Settings.defaults().with(options.settings());
    if (common.equals(common.with(Setting.SINK_LISTEN, ""))) { // the default is one lab's alone
      common = common.with(Setting.SINK_LISTEN, "127.0.0.1:" + LoopbackPort.choose());
    }
    if (!options.ownBroker()) {
      return common
          .with(Setting.KAFKA_BOOTSTRAP_SERVERS, options.bootstrapServers())
          .with(Setting.SCHEMA_REGISTRY_URL, options.registryUrl());
    }
    int broker = common.integer(Setting.BROKER_PORT);
    int registry = common.integer(Setting.REGISTRY_PORT);
    broker = broker > 0 ? broker : LoopbackPort.choose();
    registry = registry > 0 ? registry : LoopbackPort.choose();
    // Chosen here, so that nobody has to wait for the broker to learn where it will be.
    return common
        .with(Setting.BROKER_PORT, broker)
        .with(Setting.REGISTRY_PORT, registry)
        .with(Setting.KAFKA_BOOTSTRAP_SERVERS, "127.0.0.1:" + broker)
        .with(Setting.SCHEMA_REGISTRY_URL, "http://127.0.0.1:" + registry);
  }

  private void plan() {
    dns = new LabDns(files, new ManifestFolder(files.manifests()));
    kubelet = new Kubelet(files, names, cgroups, appliers::get, dns);
    outside = new OutsideHosts(files, names, cgroups, dns);
    for (ComponentSpec spec : ComponentPlan.of(options, names, cgroups, settings)) {
      Runnable ready = spec.node().isEmpty() ? () -> {} : () -> kubelet.applierStarted(spec.node());
      components.add(new ComponentRuntime(spec, files, this::writeState, ready));
    }
  }

  private void network() {
    Sandbox wire = new Sandbox(names.wireNetns(), cgroups.wire());
    wire.create();
    wire.sysctl(WirePlan.ROUTER_SYSCTLS);
    for (int i = 1; i <= options.nodes(); i++) {
      Sandbox node = node(i);
      node.create();
      CgroupTree.create(cgroups.node(LabNames.node(i)));
      node.sysctl(WirePlan.ROUTER_SYSCTLS);
    }
    Shell.ip(names.wireNetns(), new WirePlan(names, options.nodes()).wire());
    for (int i = 1; i <= options.nodes(); i++) {
      Shell.ip(names.nodeNetns(i), WirePlan.node(i));
      Targets.write(files, "node/" + i, node(i));
      Targets.write(files, "node/" + LabNames.node(i), node(i));
    }
  }

  private Sandbox node(int index) {
    return new Sandbox(names.nodeNetns(index), cgroups.host(LabNames.node(index)));
  }

  private void writeNodes() {
    ManifestFolder folder = new ManifestFolder(files.manifests());
    for (int i = 1; i <= options.nodes(); i++) {
      folder.writeNode(i);
    }
    int next = options.nodes() + 1;
    while (folder.deleteNode(next)) {
      next++;
    }
  }

  private void awaitComponents() {
    List<String> told = new ArrayList<>();
    boolean all =
        Waiting.until(
            START_LIMIT,
            () -> {
              for (ComponentRuntime component : components) {
                String id = component.spec().id();
                component.refusal().ifPresent(Supervisor::fail);
                if (component.running() && !told.contains(id)) {
                  told.add(id);
                  progress.accept("ready: " + id);
                }
              }
              return told.size() == components.size() && log.synced();
            });
    if (!all) {
      List<String> missing =
          components.stream()
              .filter(component -> !component.running())
              .map(component -> component.spec().id())
              .toList();
      throw new LabFailure(
          "Not everything started within %d s: %s; the logs are in %s"
              .formatted(
                  START_LIMIT.toSeconds(),
                  missing.isEmpty() ? "ingest has not listed the pods" : missing,
                  files.logs()));
    }
  }

  private static void fail(String sentence) {
    throw new LabFailure(sentence);
  }

  private <T extends AutoCloseable> T closing(T resource) {
    open.add(resource);
    return resource;
  }

  /** The component of that name and, when it is a node's, that node; several without a node. */
  List<ComponentRuntime> components(String name, String node) {
    return components.stream()
        .filter(c -> c.spec().name().equals(name))
        .filter(c -> node.isEmpty() || c.spec().node().equals(node))
        .toList();
  }

  String componentNames() {
    return components.stream().map(c -> c.spec().id()).collect(Collectors.joining(", "));
  }

  Applying applying() {
    return applying;
  }

  Map<String, ApplierClient> appliers() {
    return appliers;
  }

  Kubelet kubelet() {
    return kubelet;
  }

  ObjectLog log() {
    return log;
  }

  synchronized LabState state() {
    List<LabState.Node> nodes = new ArrayList<>();
    for (int i = 1; i <= options.nodes(); i++) {
      nodes.add(
          new LabState.Node(
              LabNames.node(i),
              i,
              names.nodeNetns(i),
              names.applierSocket(i).toString(),
              names.bpfDir(i).toString()));
    }
    Map<String, String> common = new LinkedHashMap<>();
    for (String each : settings.toFileText().lines().toList()) {
      String[] parts = each.split("=", 2);
      common.put(parts[0], parts[1].replace("\\\\", "\\"));
    }
    return new LabState(
        names.prefix(),
        phase,
        settings.text(Setting.KAFKA_BOOTSTRAP_SERVERS),
        settings.text(Setting.SCHEMA_REGISTRY_URL),
        options.ownBroker(),
        common,
        ProcessTable.find(ProcessHandle.current().pid()).orElseThrow(),
        nodes,
        components.stream().map(ComponentRuntime::component).toList());
  }

  private synchronized void writeState() {
    if (phase.equals("stopping")) {
      return;
    }
    try {
      FileTree.write(
          files.state(),
          LabHandle.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsString(state()));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("the lab's state could not be written", e);
    }
  }

  /** Takes the lab down: nothing of it is left but its directory. */
  @Override
  public void close() {
    synchronized (this) {
      if (phase.equals("stopping")) {
        return;
      }
      if (settings != null) {
        writeState();
      }
      phase = "stopping";
    }
    components.forEach(ComponentRuntime::abandon);
    for (AutoCloseable resource : open.reversed()) {
      try {
        resource.close();
      } catch (Exception e) {
        progress.accept("closing failed: " + e.getMessage());
      }
    }
    new Teardown(files).run();
  }

  Path data() {
    return files.data();
  }
}
