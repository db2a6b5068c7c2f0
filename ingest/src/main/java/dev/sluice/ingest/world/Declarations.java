package dev.sluice.ingest.world;

import dev.sluice.core.log.ObjectKey;
import dev.sluice.ingest.manifest.Manifest;
import dev.sluice.ingest.manifest.ManifestFile;
import dev.sluice.ingest.port.Problem;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/**
 * Which file declares which object. A file is taken whole: when it cannot be read, or declares an
 * object of another file, what it declared before stays, until one of the two changes. Not
 * thread-safe.
 */
final class Declarations {
  /**
   * One object's change over a batch of files.
   *
   * @param before null: it was not there
   * @param after null: it is gone
   */
  record Changed(Manifest before, Manifest after) {}

  private final Map<String, Map<ObjectKey, Manifest>> accepted = new TreeMap<>();
  private final Map<ObjectKey, String> owners = new HashMap<>();

  /** Newest content of files that cannot be accepted for the objects of others. */
  private final Map<String, Map<ObjectKey, Manifest>> waiting = new TreeMap<>();

  private final Map<String, List<Problem>> problems = new TreeMap<>();

  /** Who declared an object before the process started: the first to have it again. */
  private final Map<ObjectKey, String> pastOwners;

  private final Function<Manifest, List<Manifest>> expansion;

  /** What is told of a file that is refused. */
  private final Function<ManifestFile, List<Problem>> words;

  /**
   * @param expansion a manifest with the pods that it stands for
   * @param words {@link #summary}, where there is room for one problem a file
   */
  Declarations(
      Map<ObjectKey, String> pastOwners,
      Function<Manifest, List<Manifest>> expansion,
      Function<ManifestFile, List<Problem>> words) {
    this.pastOwners = pastOwners;
    this.expansion = expansion;
    this.words = words;
  }

  /** Objects of a file that cannot be read any more stay, where no other file declares them. */
  Map<ObjectKey, Changed> adopt(String file, List<Manifest> objects) {
    Map<ObjectKey, Manifest> own = new LinkedHashMap<>();
    objects.stream()
        .filter(object -> !owners.containsKey(object.key()))
        .forEach(object -> own.put(object.key(), object));
    Map<ObjectKey, Changed> changes = new LinkedHashMap<>();
    accept(file, own, changes);
    return changes;
  }

  /**
   * Takes new contents of files; one without manifests declares nothing any more.
   *
   * @return what changed, each object once, in the order of files and texts
   */
  Map<ObjectKey, Changed> apply(List<ManifestFile> files) {
    for (ManifestFile file : files) {
      waiting.remove(file.file());
      problems.remove(file.file());
      if (file.refused()) {
        problems.put(file.file(), words.apply(file));
      } else {
        waiting.put(file.file(), declared(file));
      }
    }
    Map<ObjectKey, Changed> changes = new LinkedHashMap<>();
    while (acceptOne(changes, true) || acceptOne(changes, false)) {
      // each round makes room for the next
    }
    waiting.forEach(
        (file, objects) ->
            objects.values().stream()
                .filter(object -> taken(file, object.key()))
                .findFirst()
                .ifPresent(object -> problems.put(file, List.of(duplicate(object)))));
    changes.values().removeIf(change -> change.before() == change.after());
    return changes;
  }

  Optional<String> fileOf(ObjectKey key) {
    return Optional.ofNullable(owners.get(key));
  }

  /** Why files are refused. */
  List<Problem> problems() {
    return problems.values().stream().flatMap(List::stream).toList();
  }

  private Map<ObjectKey, Manifest> declared(ManifestFile file) {
    Map<ObjectKey, Manifest> declared = new LinkedHashMap<>();
    for (Manifest manifest : file.manifests()) {
      for (Manifest object : expansion.apply(manifest)) {
        declared.putIfAbsent(object.key(), object);
      }
    }
    return declared;
  }

  private boolean acceptOne(Map<ObjectKey, Changed> changes, boolean onlyUndisputed) {
    for (Map.Entry<String, Map<ObjectKey, Manifest>> entry : waiting.entrySet()) {
      String file = entry.getKey();
      boolean blocked =
          entry.getValue().keySet().stream()
              .anyMatch(key -> taken(file, key) || onlyUndisputed && claimedBefore(file, key));
      if (!blocked) {
        accept(file, entry.getValue(), changes);
        waiting.remove(file);
        problems.remove(file);
        return true;
      }
    }
    return false;
  }

  private boolean taken(String file, ObjectKey key) {
    String owner = owners.get(key);
    return owner != null && !owner.equals(file);
  }

  private boolean claimedBefore(String file, ObjectKey key) {
    String past = pastOwners.get(key);
    return past != null
        && !past.equals(file)
        && waiting.getOrDefault(past, Map.of()).containsKey(key);
  }

  private void accept(
      String file, Map<ObjectKey, Manifest> objects, Map<ObjectKey, Changed> changes) {
    Map<ObjectKey, Manifest> old = accepted.getOrDefault(file, Map.of());
    for (Manifest gone : old.values()) {
      if (!objects.containsKey(gone.key())) {
        owners.remove(gone.key());
        change(changes, gone.key(), gone, null);
      }
    }
    for (Manifest object : objects.values()) {
      owners.put(object.key(), file);
      change(changes, object.key(), old.get(object.key()), object);
    }
    if (objects.isEmpty()) {
      accepted.remove(file);
    } else {
      accepted.put(file, objects);
    }
  }

  private static void change(
      Map<ObjectKey, Changed> changes, ObjectKey key, Manifest before, Manifest after) {
    Changed earlier = changes.get(key);
    changes.put(key, new Changed(earlier == null ? before : earlier.before(), after));
  }

  private Problem duplicate(Manifest object) {
    String owner = owners.get(object.key());
    Manifest other = accepted.get(owner).get(object.key());
    return Problem.ofFile(
        "duplicate-object",
        object.file(),
        object.line(),
        "",
        "%s is declared at %s already: remove one of the two".formatted(object.key(), other.who()));
  }

  /** All of a file's problems in one. */
  static List<Problem> summary(ManifestFile file) {
    List<Problem> all = file.problems();
    Problem first = all.getFirst();
    if (all.size() == 1) {
      return all;
    }
    return List.of(
        Problem.ofFile(
            first.code(),
            first.file(),
            first.line(),
            first.path(),
            "%s (and %d more, the next on line %d)"
                .formatted(first.message(), all.size() - 1, all.get(1).line())));
  }
}
