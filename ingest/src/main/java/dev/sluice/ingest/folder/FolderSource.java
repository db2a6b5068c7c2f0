package dev.sluice.ingest.folder;

import dev.sluice.ingest.manifest.ManifestFile;
import dev.sluice.ingest.manifest.ManifestReader;
import dev.sluice.ingest.port.ObjectSink;
import dev.sluice.ingest.port.ObjectSource;
import dev.sluice.ingest.port.Past;
import dev.sluice.ingest.port.Problem;
import dev.sluice.ingest.port.SourceEvent;
import dev.sluice.ingest.world.FolderWorld;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Objects from a folder of manifests. A file's objects are told as soon as it is closed, then a
 * bookmark with the file's hash, even when nothing changed. A file that goes is believed after a
 * moment, since editors take a file away before they put the new one in its place.
 */
public final class FolderSource implements ObjectSource {
  private static final Logger LOG = LoggerFactory.getLogger(FolderSource.class);
  private static final long GONE_AFTER_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final Path root;
  private final FolderWatch watch;
  private final Thread thread = new Thread(this::follow, "ingest-folder");

  /** Hash of every file that is there. */
  private final Map<String, String> hashes = new TreeMap<>();

  /** Files that went, and when: nanoseconds of System.nanoTime. */
  private final Map<String, Long> going = new LinkedHashMap<>();

  private FolderWorld world;
  private ObjectSink sink;
  private volatile boolean closed;

  /**
   * @param root a folder that is there
   */
  public FolderSource(Path root) {
    this.root = root.toAbsolutePath().normalize();
    try {
      this.watch = new FolderWatch(this.root);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot watch " + root, e);
    }
  }

  @Override
  public void start(Past past, ObjectSink sink) {
    this.sink = sink;
    this.world = new FolderWorld(past);
    try {
      List<ManifestFile> files = new ArrayList<>();
      for (String file : watch.scan()) {
        read(file, files);
      }
      List<SourceEvent> events = new ArrayList<>(world.first(files));
      Map<String, String> unsaid = new TreeMap<>(hashes);
      past.bookmarks()
          .forEach(
              (file, hash) -> {
                if (FolderWatch.isManifest(Path.of(file).getFileName().toString())) {
                  if (hash.equals(hashes.getOrDefault(file, ""))) {
                    unsaid.remove(file);
                  } else {
                    unsaid.putIfAbsent(file, "");
                  }
                }
              });
      unsaid.forEach((file, hash) -> events.add(new SourceEvent.Bookmark(file, hash)));
      sink.accept(events);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + root, e);
    }
    thread.start();
  }

  private void follow() {
    try {
      while (!closed) {
        FolderWatch.Seen seen = watch.next(timeoutMillis());
        if (closed) {
          return;
        }
        Map<String, Boolean> files = new LinkedHashMap<>(seen.files());
        if (seen.rescan()) {
          files.putAll(rescan());
        }
        take(files);
      }
    } catch (IOException e) {
      if (!closed) {
        sink.failed(new UncheckedIOException("cannot follow " + root, e));
      }
    } catch (RuntimeException | Error e) {
      if (!closed) {
        sink.failed(e);
      }
    }
  }

  private int timeoutMillis() {
    if (going.isEmpty()) {
      return -1;
    }
    long first = going.values().iterator().next() + GONE_AFTER_NANOS - System.nanoTime();
    return (int) Math.max(0, TimeUnit.NANOSECONDS.toMillis(first) + 1);
  }

  private void take(Map<String, Boolean> seen) throws IOException {
    long now = System.nanoTime();
    List<ManifestFile> files = new ArrayList<>();
    for (Map.Entry<String, Boolean> file : seen.entrySet()) {
      going.remove(file.getKey());
      if (!file.getValue() || !read(file.getKey(), files)) {
        if (hashes.containsKey(file.getKey())) {
          going.put(file.getKey(), now);
        }
      }
    }
    // A file that comes may be one that went, under another name: then both are one step.
    List<ManifestFile> arrived = List.copyOf(files);
    for (String file : List.copyOf(going.keySet())) {
      if (now - going.get(file) >= GONE_AFTER_NANOS
          || arrived.stream().anyMatch(other -> replaces(other, file))) {
        going.remove(file);
        hashes.remove(file);
        files.add(new ManifestFile(file, "", List.of(), List.of()));
      }
    }
    if (!files.isEmpty()) {
      tell(files);
    }
  }

  private boolean replaces(ManifestFile arrived, String gone) {
    return !arrived.refused()
        && arrived.manifests().stream()
            .anyMatch(manifest -> gone.equals(world.fileOf(manifest.key()).orElse("")));
  }

  private void tell(List<ManifestFile> files) {
    List<SourceEvent> events = new ArrayList<>(world.step(files));
    files.forEach(file -> events.add(new SourceEvent.Bookmark(file.file(), file.hash())));
    sink.accept(events);
  }

  private Map<String, Boolean> rescan() throws IOException {
    Map<String, Boolean> files = new HashMap<>();
    Set<String> there = watch.scan();
    there.forEach(file -> files.put(file, true));
    hashes.keySet().stream()
        .filter(file -> !there.contains(file))
        .forEach(file -> files.put(file, false));
    LOG.info("{} manifest files read again", there.size());
    return files.entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .collect(
            Collectors.toMap(
                Map.Entry::getKey, Map.Entry::getValue, (a, b) -> b, LinkedHashMap::new));
  }

  /** Reads a file; false when it is not there. */
  private boolean read(String file, List<ManifestFile> into) {
    ManifestFile read;
    try {
      read = ManifestReader.read(file, Files.readAllBytes(root.resolve(file)));
    } catch (NoSuchFileException e) {
      return false;
    } catch (IOException e) {
      read =
          new ManifestFile(
              file,
              "unreadable",
              List.of(),
              List.of(Problem.ofFile("unreadable", file, 0, "", "the file cannot be read: " + e)));
    }
    hashes.put(file, read.hash());
    into.add(read);
    return true;
  }

  @Override
  public void close() {
    closed = true;
    try {
      watch.wake();
      if (thread.isAlive()) {
        thread.interrupt(); // it may be waiting for the brokers
        thread.join();
      }
      watch.close();
    } catch (IOException e) {
      LOG.warn("closing the watch of {} failed", root, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
