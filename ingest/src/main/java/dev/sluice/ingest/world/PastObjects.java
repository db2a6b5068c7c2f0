package dev.sluice.ingest.world;

import dev.sluice.core.log.ObjectKey;
import dev.sluice.ingest.manifest.Lines;
import dev.sluice.ingest.manifest.Manifest;
import dev.sluice.ingest.port.Past;
import dev.sluice.ingest.port.SourceObject;
import dev.sluice.schemas.convert.JsonTree;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** The objects of the log by the file that declared them, read back from {@code who}. */
final class PastObjects {
  private final Map<ObjectKey, String> files = new HashMap<>();
  private final Map<String, List<SourceObject>> objects = new HashMap<>();
  private final Set<String> kinds = new TreeSet<>();

  PastObjects(Past past) {
    for (SourceObject object : past.objects()) {
      kinds.add(object.key().kind());
      String who = object.who();
      int colon = who.lastIndexOf(':');
      if (colon > 0) {
        String file = who.substring(0, colon);
        files.put(object.key(), file);
        objects.computeIfAbsent(file, name -> new ArrayList<>()).add(object);
      }
    }
  }

  Set<String> kinds() {
    return kinds;
  }

  /** Which file declared an object. */
  Map<ObjectKey, String> files() {
    return files;
  }

  /** What a file declared, as the log has it: pods with their places. */
  List<Manifest> declaredIn(String file) {
    return objects.getOrDefault(file, List.of()).stream()
        .map(object -> manifest(file, object))
        .toList();
  }

  private static Manifest manifest(String file, SourceObject object) {
    return new Manifest(
        object.key(),
        object.apiVersion(),
        JsonTree.parse(object.body()),
        file,
        new Lines(line(object.who()), Map.of(), List.of()));
  }

  private static int line(String who) {
    String digits = who.substring(who.lastIndexOf(':') + 1);
    return digits.matches("\\d{1,9}") ? Integer.parseInt(digits) : 0;
  }
}
