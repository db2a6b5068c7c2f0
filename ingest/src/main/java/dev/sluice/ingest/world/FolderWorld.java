package dev.sluice.ingest.world;

import dev.sluice.core.cluster.ClusterFold;
import dev.sluice.core.cluster.ObjectBody;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.ingest.manifest.Manifest;
import dev.sluice.ingest.manifest.ManifestFile;
import dev.sluice.ingest.port.Past;
import dev.sluice.ingest.port.Problem;
import dev.sluice.ingest.port.SourceEvent;
import dev.sluice.ingest.port.SourceObject;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The cluster that a folder of manifests describes. Files go in as they are read, events come out;
 * the cost of a step follows the change. It does no IO and asks no clock. Not thread-safe.
 *
 * <pre>
 *   ManifestFile ──► Declarations ──┬─ Pod ────────► PodTable ──┐
 *                    who has what   ├─ Node ───────────┘  │     ├─► StepEvents
 *                                   ├─ Service ────────► SliceTable
 *                                   ├─ Namespace ─► implied ────┤
 *                                   └─ others ──────────────────┘
 * </pre>
 */
public final class FolderWorld {
  /** Kinds that are listed even when there is none of them: readers wait for these. */
  private static final Set<String> ALWAYS_LISTED = ClusterFold.REQUIRED_KINDS;

  private final Declarations declarations;
  private final PodTable pods;
  private final ServiceTable services;
  private final SliceTable slices = new SliceTable();

  /** Everything but pods. */
  private final Map<ObjectKey, Manifest> others = new TreeMap<>();

  /** Objects that live in each namespace; one of them stands for an implied namespace. */
  private final Map<String, TreeMap<ObjectKey, Manifest>> inhabitants = new HashMap<>();

  private final Set<String> namespaces = new TreeSet<>();
  private final PastObjects past;
  private List<Problem> told = List.of();

  private final Unheeded unheeded;

  /** A cluster whose pods are run. */
  public FolderWorld(Past past) {
    this(past, true);
  }

  private FolderWorld(Past past, boolean running) {
    this.past = new PastObjects(past);
    this.declarations =
        running
            ? new Declarations(this.past.files(), Expansion::expand, Declarations::summary)
            : new Declarations(this.past.files(), Expansion::expandAll, ManifestFile::problems);
    this.pods = new PodTable(past);
    this.services = new ServiceTable(past);
    this.unheeded = new Unheeded(running);
  }

  /** A cluster that is only asked about: every workload has a pod at least. */
  public static FolderWorld asked() {
    return new FolderWorld(Past.none(1), false);
  }

  /**
   * The first step: a list of every kind that is, or was, there.
   *
   * @param files all of them
   */
  public List<SourceEvent> first(List<ManifestFile> files) {
    Map<ObjectKey, Declarations.Changed> changes = declarations.apply(files);
    for (ManifestFile file : files) {
      if (file.refused()) {
        changes.putAll(declarations.adopt(file.file(), past.declaredIn(file.file())));
      }
    }
    pods.dropUndeclared(changes.keySet());
    services.dropUndeclared(changes.keySet());
    absorb(changes, new StepEvents());
    Map<String, List<SourceObject>> lists = new TreeMap<>();
    past.kinds().forEach(kind -> lists.put(kind, new ArrayList<>()));
    ALWAYS_LISTED.forEach(kind -> lists.put(kind, new ArrayList<>()));
    namespaces.forEach(name -> lists.get("Namespace").add(namespace(name)));
    for (Manifest manifest : others.values()) {
      if (!manifest.key().kind().equals("Namespace")) {
        lists
            .computeIfAbsent(manifest.key().kind(), kind -> new ArrayList<>())
            .add(object(manifest));
      }
    }
    lists.get("Pod").addAll(pods.objects());
    lists.get("EndpointSlice").addAll(slices.objects());
    List<SourceEvent> events = new ArrayList<>();
    told = problems();
    events.add(new SourceEvent.Diagnosed(told));
    lists.keySet().stream()
        .sorted(
            java.util.Comparator.comparingInt(StepEvents::rank)
                .thenComparing(java.util.Comparator.naturalOrder()))
        .forEach(kind -> events.add(new SourceEvent.Relisted(kind, lists.get(kind))));
    return events;
  }

  /**
   * A later step.
   *
   * @param files new contents; a file that is gone declares nothing
   */
  public List<SourceEvent> step(List<ManifestFile> files) {
    StepEvents step = new StepEvents();
    absorb(declarations.apply(files), step);
    List<SourceEvent> events = new ArrayList<>();
    List<Problem> problems = problems();
    if (!problems.equals(told)) {
      told = problems;
      events.add(new SourceEvent.Diagnosed(problems));
    }
    events.addAll(step.inOrder());
    return events;
  }

  /** The file that declares an object. */
  public Optional<String> fileOf(ObjectKey key) {
    return declarations.fileOf(key);
  }

  /** All that is refused or waits at present. */
  public List<Problem> problems() {
    List<Problem> problems = new ArrayList<>(declarations.problems());
    problems.addAll(pods.problems());
    problems.addAll(services.problems());
    problems.addAll(unheeded.problems());
    return List.copyOf(problems);
  }

  private void absorb(Map<ObjectKey, Declarations.Changed> changes, StepEvents events) {
    Set<String> namespacesTouched = new TreeSet<>();
    Set<String> nodesTouched = new HashSet<>();
    List<Declarations.Changed> podChanges = new ArrayList<>();
    claimNamed(changes.values());
    changes.forEach(
        (key, change) -> {
          inhabit(key, change, namespacesTouched);
          switch (key.kind()) {
            case "Pod" -> podChanges.add(change);
            case "Namespace" -> {
              keep(key, change);
              namespacesTouched.add(key.name());
            }
            case "Node" -> {
              nodesTouched.add(key.name());
              node(change);
              other(key, change, events);
            }
            case "Service" -> {
              other(key, change, events);
              service(key, change);
            }
            default -> other(key, change, events);
          }
        });
    services.mayGetMore().forEach(key -> complete(key, events));
    namespacesTouched.forEach(name -> namespaceTouched(name, events));
    pods.apply(podChanges, nodesTouched, events);
    events.podsGone().forEach(slices::podGone);
    events.there("Pod").forEach(slices::pod);
    slices.settle(events);
  }

  /** Those who name their addresses and node ports have them before any is given out. */
  private void claimNamed(Collection<Declarations.Changed> changes) {
    changes.stream()
        .map(Declarations.Changed::after)
        .filter(after -> after != null && after.key().kind().equals("Service"))
        .forEach(services::claim);
  }

  private void service(ObjectKey key, Declarations.Changed change) {
    if (change.after() == null) {
      services.remove(key);
      slices.serviceGone(key);
    } else {
      slices.service(object(change.after()));
    }
  }

  /** Gives a Service what it lacked. */
  private void complete(ObjectKey key, StepEvents events) {
    SourceObject object = object(others.get(key));
    slices.service(object);
    events.there(object);
  }

  private SourceObject object(Manifest manifest) {
    return manifest.key().kind().equals("Service")
        ? services.object(manifest)
        : Bodies.plain(manifest);
  }

  private void other(ObjectKey key, Declarations.Changed change, StepEvents events) {
    keep(key, change);
    if (change.after() == null) {
      events.gone(key);
    } else if (change.before() == null || !change.after().sameObject(change.before())) {
      events.there(object(change.after()));
    }
  }

  private void keep(ObjectKey key, Declarations.Changed change) {
    if (change.after() == null) {
      others.remove(key);
      unheeded.remove(key);
    } else {
      others.put(key, change.after());
      unheeded.put(change.after());
    }
  }

  private void node(Declarations.Changed change) {
    if (change.after() == null) {
      pods.removeNode(change.before().key().name());
      slices.node(change.before().key().name(), "");
    } else {
      pods.putNode(NodeView.of(change.after()));
      slices.node(change.after().key().name(), zone(change.after()));
    }
  }

  private static String zone(Manifest node) {
    return ObjectBody.of(node.body())
        .object("metadata")
        .textMap("labels")
        .getOrDefault("topology.kubernetes.io/zone", "");
  }

  private void inhabit(ObjectKey key, Declarations.Changed change, Set<String> touched) {
    if (key.namespace().isEmpty()) {
      return;
    }
    TreeMap<ObjectKey, Manifest> inside =
        inhabitants.computeIfAbsent(key.namespace(), name -> new TreeMap<>());
    if (change.after() == null) {
      inside.remove(key);
    } else {
      inside.put(key, change.after());
    }
    if (inside.isEmpty() || !namespaces.contains(key.namespace())) {
      touched.add(key.namespace());
    }
  }

  private void namespaceTouched(String name, StepEvents events) {
    boolean there =
        others.containsKey(new ObjectKey("Namespace", "", name))
            || !inhabitants.getOrDefault(name, new TreeMap<>()).isEmpty();
    if (there) {
      namespaces.add(name);
      events.there(namespace(name));
    } else if (namespaces.remove(name)) {
      inhabitants.remove(name);
      events.gone(new ObjectKey("Namespace", "", name));
    }
  }

  private SourceObject namespace(String name) {
    Manifest declared = others.get(new ObjectKey("Namespace", "", name));
    Collection<Manifest> inside = inhabitants.getOrDefault(name, new TreeMap<>()).values();
    return declared != null
        ? Bodies.plain(declared)
        : Bodies.impliedNamespace(name, inside.stream().map(Manifest::who).findFirst().orElse(""));
  }
}
