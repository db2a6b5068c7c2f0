package dev.sluice.core.policy;

import dev.sluice.core.log.ObjectKey;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * One row of the language's tables: a manifest under {@code language/<kind>/} of the test
 * resources.
 *
 * @param file the manifest
 */
public record LanguageRow(Path file) {
  private static final Path FOLDER = Path.of("src/test/resources/language");

  /** Every row, by name. */
  public static List<LanguageRow> all() {
    try (Stream<Path> files = Files.walk(FOLDER)) {
      return files
          .filter(file -> file.toString().endsWith(".yaml"))
          .sorted()
          .map(LanguageRow::new)
          .toList();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /** The object's tree. */
  @SuppressWarnings("unchecked")
  public Map<String, Object> body() {
    return (Map<String, Object>) Yaml.of(read(file));
  }

  public ObjectKey key() {
    Map<?, ?> body = body();
    Map<?, ?> metadata = (Map<?, ?>) body.get("metadata");
    return new ObjectKey(
        body.get("kind").toString(),
        metadata.get("namespace") == null ? "" : metadata.get("namespace").toString(),
        metadata.get("name").toString());
  }

  public boolean isGroup() {
    return key().kind().equals(CidrGroup.KIND);
  }

  /** A file beside the manifest: {@code expected} is what it is read as. */
  public Path beside(String ending) {
    return file.resolveSibling(file.getFileName().toString().replace(".yaml", "." + ending));
  }

  static String read(Path path) {
    try {
      return Files.readString(path);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  /** {@code networkpolicy/peers}. */
  @Override
  public String toString() {
    return FOLDER.relativize(file).toString().replace(".yaml", "");
  }
}
