package dev.sluice.ingest.world;

import dev.sluice.core.log.ObjectKey;
import dev.sluice.ingest.manifest.ManifestFile;
import dev.sluice.ingest.manifest.ManifestReader;
import dev.sluice.ingest.port.Past;
import dev.sluice.ingest.port.Problem;
import dev.sluice.ingest.port.SourceEvent;
import dev.sluice.ingest.port.SourceObject;
import dev.sluice.schemas.convert.JsonTree;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** A world with what its events add up to, as a reader of the log would have it. */
final class WorldDriver {
  final Map<ObjectKey, SourceObject> log = new TreeMap<>();
  final List<String> released = new ArrayList<>();
  private FolderWorld world;
  private long epoch;

  /** Begins, or begins again with what the log has; files are name, text, name, text, … */
  List<String> first(String... files) {
    epoch++;
    world = new FolderWorld(new Past(epoch, List.copyOf(log.values()), released, Map.of()));
    return take(world.first(files(files)));
  }

  /** New texts of files; the text null for one that is gone. */
  List<String> step(String... files) {
    return take(world.step(files(files)));
  }

  List<String> problems() {
    return world.problems().stream().map(p -> p.severity() + " " + p.code() + " " + p).toList();
  }

  Problem problem() {
    return world.problems().getFirst();
  }

  /** {@code node ip ip} of a pod; "pending", or "none". */
  String place(String namespace, String pod) {
    SourceObject object = log.get(new ObjectKey("Pod", namespace, pod));
    if (object == null) {
      return "none";
    }
    Map<String, Object> body = JsonTree.parse(object.body());
    List<String> words = new ArrayList<>();
    words.add(Expansion.map(body, "spec").getOrDefault("nodeName", "pending").toString());
    if (Expansion.map(body, "status").get("podIPs") instanceof List<?> ips) {
      ips.forEach(ip -> words.add(((Map<?, ?>) ip).get("ip").toString()));
    }
    return String.join(" ", words);
  }

  Map<String, Object> body(String key) {
    return JsonTree.parse(log.get(ObjectKey.parse(key)).body());
  }

  private static List<ManifestFile> files(String... files) {
    List<ManifestFile> read = new ArrayList<>();
    for (int i = 0; i < files.length; i += 2) {
      read.add(
          files[i + 1] == null
              ? new ManifestFile(files[i], "", List.of(), List.of())
              : ManifestReader.read(files[i], files[i + 1].getBytes(StandardCharsets.UTF_8)));
    }
    return read;
  }

  private List<String> take(List<SourceEvent> events) {
    List<String> told = new ArrayList<>();
    for (SourceEvent event : events) {
      switch (event) {
        case SourceEvent.Added added -> put(added.object(), told);
        case SourceEvent.Modified modified -> put(modified.object(), told);
        case SourceEvent.Deleted deleted -> delete(deleted.key(), told);
        case SourceEvent.Relisted list -> {
          List<ObjectKey> there = list.objects().stream().map(SourceObject::key).toList();
          log.keySet().stream()
              .filter(key -> key.kind().equals(list.kind()) && !there.contains(key))
              .toList()
              .forEach(key -> delete(key, told));
          list.objects().forEach(object -> put(object, told));
        }
        case SourceEvent.Bookmark bookmark -> {}
        case SourceEvent.Diagnosed diagnosed -> {}
      }
    }
    return told;
  }

  private void put(SourceObject object, List<String> told) {
    SourceObject last = log.put(object.key(), object);
    if (last == null) {
      told.add("+" + object.key());
    } else if (!last.uid().equals(object.uid())) {
      told.add("-+" + object.key());
    } else if (!last.body().equals(object.body())) {
      told.add("~" + object.key());
    }
  }

  private void delete(ObjectKey key, List<String> told) {
    SourceObject gone = log.remove(key);
    if (gone == null) {
      return;
    }
    told.add("-" + key);
    if (key.kind().equals("Pod")
        && Expansion.map(JsonTree.parse(gone.body()), "status").get("podIPs")
            instanceof List<?> ips) {
      ips.forEach(ip -> released.add(((Map<?, ?>) ip).get("ip").toString()));
    }
  }
}
