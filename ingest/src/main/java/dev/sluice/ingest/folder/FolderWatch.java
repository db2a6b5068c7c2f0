package dev.sluice.ingest.folder;

import java.io.IOException;
import java.nio.file.FileVisitOption;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Sees manifest files below a folder come, change and go: a file is seen when it has been closed
 * after writing or moved into place. Hidden and temporary files and folders do not count. For one
 * thread, except {@link #wake}.
 */
final class FolderWatch implements AutoCloseable {
  private static final int WATCHED =
      Inotify.CLOSE_WRITE
          | Inotify.MOVED_TO
          | Inotify.MOVED_FROM
          | Inotify.CREATE
          | Inotify.DELETE
          | Inotify.DELETE_SELF
          | Inotify.MOVE_SELF;

  /**
   * What has happened.
   *
   * @param files that may have new contents (true) or be gone (false), in order
   * @param rescan something has been missed: look at all files
   */
  record Seen(Map<String, Boolean> files, boolean rescan) {}

  private final Path root;
  private final Inotify inotify;
  private final Map<Integer, Path> directories = new HashMap<>();

  FolderWatch(Path root) throws IOException {
    this.root = root;
    this.inotify = new Inotify();
  }

  /**
   * Watches every folder that is there and lists every manifest file: path relative to the root,
   * with slashes, sorted.
   */
  Set<String> scan() throws IOException {
    Set<String> files = new TreeSet<>();
    scan(root, files);
    return files;
  }

  private void scan(Path from, Set<String> files) throws IOException {
    Files.walkFileTree(
        from,
        EnumSet.of(FileVisitOption.FOLLOW_LINKS),
        Integer.MAX_VALUE,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes)
              throws IOException {
            if (!folder.equals(root) && isHidden(folder.getFileName().toString())) {
              return FileVisitResult.SKIP_SUBTREE;
            }
            directories.put(inotify.watch(folder.toString(), WATCHED), folder);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            if (isManifest(file.getFileName().toString()) && attributes.isRegularFile()) {
              files.add(relative(file));
            }
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult visitFileFailed(Path file, IOException e) throws IOException {
            if (file.equals(root)) {
              throw e;
            }
            return FileVisitResult.CONTINUE; // it went while we looked: an event will say so
          }
        });
  }

  /**
   * Waits for something to happen.
   *
   * @param timeoutMillis -1: for as long as it takes
   * @throws NoSuchFileException when the folder itself is gone
   */
  Seen next(int timeoutMillis) throws IOException {
    List<Inotify.Event> events = inotify.read(timeoutMillis);
    Map<String, Boolean> files = new LinkedHashMap<>();
    boolean rescan = false;
    for (Inotify.Event event : events) {
      Path directory = directories.get(event.watch());
      if (event.has(Inotify.OVERFLOW)) {
        rescan = true;
      } else if (root.equals(directory) && event.has(Inotify.DELETE_SELF | Inotify.MOVE_SELF)) {
        // A folder that is unmounted or moved away says nothing about the objects.
        throw new NoSuchFileException(root.toString(), null, "the folder of manifests is gone");
      } else if (event.has(Inotify.IGNORED)) {
        directories.remove(event.watch());
      } else if (directory != null && !event.name().isEmpty()) {
        rescan |= seen(directory.resolve(event.name()), event, files);
      }
    }
    return new Seen(files, rescan);
  }

  private boolean seen(Path path, Inotify.Event event, Map<String, Boolean> files)
      throws IOException {
    String name = event.name();
    boolean here = event.has(Inotify.CREATE | Inotify.MOVED_TO);
    if (event.has(Inotify.IS_DIRECTORY)) {
      if (here && !isHidden(name) && Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
        Set<String> inside = new TreeSet<>();
        scan(path, inside);
        inside.forEach(file -> files.put(file, true));
        return false;
      }
      return !isHidden(name);
    }
    if (name.equals("..data")) {
      return true; // a mounted ConfigMap has been exchanged
    }
    if (!isManifest(name)) {
      return false;
    }
    if (event.has(Inotify.CLOSE_WRITE | Inotify.MOVED_TO)
        || event.has(Inotify.CREATE) && Files.isSymbolicLink(path)) {
      files.put(relative(path), true);
    } else if (event.has(Inotify.MOVED_FROM | Inotify.DELETE)) {
      files.put(relative(path), false);
    }
    return false;
  }

  /** Whether a file of this name is read. */
  static boolean isManifest(String name) {
    boolean extension = name.endsWith(".yaml") || name.endsWith(".yml") || name.endsWith(".json");
    return extension && !isHidden(name) && !name.startsWith("~") && !name.startsWith("#");
  }

  private static boolean isHidden(String name) {
    return name.startsWith(".");
  }

  private String relative(Path file) {
    return root.relativize(file).toString().replace('\\', '/');
  }

  /** Makes {@link #next} return. */
  void wake() throws IOException {
    inotify.wake();
  }

  @Override
  public void close() throws IOException {
    inotify.close();
  }
}
