package dev.sluice.ingest.folder;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.ingest.port.ObjectSink;
import dev.sluice.ingest.port.Past;
import dev.sluice.ingest.port.SourceEvent;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Real files, as people, editors and programs write them. */
class FolderSourceTest implements ObjectSink {
  @TempDir Path temporary;
  private final BlockingQueue<SourceEvent> events = new LinkedBlockingQueue<>();
  private final CompletableFuture<Throwable> failure = new CompletableFuture<>();
  private Path folder;
  private FolderSource source;

  @BeforeEach
  void folder() throws Exception {
    folder = Files.createDirectory(temporary.resolve("manifests"));
  }

  @AfterEach
  void close() {
    source.close();
  }

  @Override
  public void accept(List<SourceEvent> more) {
    events.addAll(more);
  }

  @Override
  public void failed(Throwable cause) {
    failure.complete(cause);
  }

  private void start(Map<String, String> bookmarks) {
    source = new FolderSource(folder);
    source.start(new Past(1, List.of(), List.of(), bookmarks), this);
  }

  private static String service(String name) {
    return "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: " + name + "}\n";
  }

  /** What is told up to the bookmark of a file, in short. */
  private List<String> upTo(String bookmark) throws InterruptedException {
    List<String> told = new ArrayList<>();
    while (true) {
      SourceEvent event = events.poll(20, TimeUnit.SECONDS);
      assertTrue(event != null, () -> "no bookmark of " + bookmark + ", only " + told);
      switch (event) {
        case SourceEvent.Added added -> told.add("+" + added.object().key().name());
        case SourceEvent.Modified modified -> told.add("~" + modified.object().key().name());
        case SourceEvent.Deleted deleted -> told.add("-" + deleted.key().name());
        case SourceEvent.Relisted list ->
            list.objects().forEach(object -> told.add("=" + object.key().name()));
        case SourceEvent.Diagnosed diagnosed ->
            diagnosed.problems().forEach(problem -> told.add("!" + problem.code()));
        case SourceEvent.Bookmark mark -> {
          if (mark.source().equals(bookmark)) {
            return told;
          }
          told.add("#" + mark.source());
        }
      }
    }
  }

  @Test
  void listsWhatIsThere() throws Exception {
    Files.createDirectories(folder.resolve("deep/er"));
    Files.writeString(folder.resolve("deep/er/a.yml"), service("a"));
    Files.writeString(
        folder.resolve("b.json"),
        "{\"apiVersion\": \"v1\", \"kind\": \"ConfigMap\", \"metadata\": {\"name\": \"b\"}}");
    Files.writeString(folder.resolve("README.md"), "not: [a manifest");
    Files.writeString(folder.resolve(".hidden.yaml"), "not: [a manifest");
    Files.createDirectory(folder.resolve(".git"));
    Files.writeString(folder.resolve(".git/x.yaml"), "not: [a manifest");
    start(Map.of());
    assertEquals(List.of("=default", "=a", "=b", "#b.json"), upTo("deep/er/a.yml"));
    assertTrue(events.isEmpty());
  }

  @Test
  void bookmarksThatAreInTheLogAreNotSaidAgain() throws Exception {
    Files.writeString(folder.resolve("a.yaml"), service("a"));
    Files.writeString(folder.resolve("b.yaml"), service("b"));
    String hash = dev.sluice.ingest.manifest.ContentHash.of(service("a"));
    start(Map.of("a.yaml", hash, "gone.yaml", "0123", "Pod", "77"));
    assertEquals(List.of("=default", "=a", "=b", "#b.yaml"), upTo("gone.yaml"));
  }

  @Test
  void followsFilesThatComeChangeAndGo() throws Exception {
    start(Map.of());
    Path file = folder.resolve("a.yaml");
    Files.writeString(file, service("a") + "---\n" + service("b"));
    assertEquals(List.of("~default", "~a", "~b"), upTo("a.yaml"));
    Files.writeString(file, service("b") + "spec: {x: y}");
    assertEquals(List.of("~b", "-a"), upTo("a.yaml"));
    Files.writeString(file, service("b") + "spec: {x: y}");
    assertEquals(List.of(), upTo("a.yaml"), "a bookmark though nothing changed");
    Files.writeString(file, "kind: [");
    assertEquals(List.of("!yaml"), upTo("a.yaml"));
    Files.writeString(file, service("b") + "spec: {x: y}");
    assertEquals(List.of(), upTo("a.yaml"));
    Files.delete(file);
    assertEquals(List.of("-b", "-default"), upTo("a.yaml"));
  }

  @Test
  void aFileCountsWhenItIsClosed() throws Exception {
    Files.writeString(folder.resolve("a.yaml"), service("a") + "---\n" + service("b"));
    start(Map.of());
    upTo("a.yaml");
    try (OutputStream out = Files.newOutputStream(folder.resolve("a.yaml"))) {
      out.write(service("a").getBytes(StandardCharsets.UTF_8));
      out.flush();
      Files.writeString(folder.resolve("other.yaml"), service("c"));
      assertEquals(List.of("~c"), upTo("other.yaml"), "b is not deleted");
      out.write(("---\n" + service("b")).getBytes(StandardCharsets.UTF_8));
    }
    assertEquals(List.of(), upTo("a.yaml"));
  }

  @Test
  void editorsThatPutTheOldFileAsideDeleteNothing() throws Exception {
    Path file = Files.writeString(folder.resolve("a.yaml"), service("a"));
    start(Map.of());
    upTo("a.yaml");
    Files.move(file, folder.resolve("a.yaml~"));
    Files.writeString(file, service("a") + "spec: {x: y}");
    Files.delete(folder.resolve("a.yaml~"));
    assertEquals(List.of("~a"), upTo("a.yaml"));
    Path next = Files.writeString(folder.resolve(".a.yaml.swp"), service("a"));
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE);
    assertEquals(List.of("~a"), upTo("a.yaml"));
  }

  @Test
  void aFileThatIsRenamedChangesNoObject() throws Exception {
    Path file = Files.writeString(folder.resolve("a.yaml"), service("a"));
    start(Map.of());
    upTo("a.yaml");
    Files.move(file, folder.resolve("b.yaml"));
    assertEquals(List.of("#b.yaml"), upTo("a.yaml"));
  }

  @Test
  void followsFoldersThatComeAndGo() throws Exception {
    start(Map.of());
    Path made = Files.createDirectories(temporary.resolve("made/inside"));
    Files.writeString(made.resolve("a.yaml"), service("a"));
    Files.move(temporary.resolve("made"), folder.resolve("moved"));
    assertEquals(List.of("~default", "~a"), upTo("moved/inside/a.yaml"));
    Files.writeString(folder.resolve("moved/b.yaml"), service("b"));
    assertEquals(List.of("~b"), upTo("moved/b.yaml"));
    Files.move(folder.resolve("moved"), temporary.resolve("made"));
    assertEquals(List.of("-b", "-a", "-default", "#moved/b.yaml"), upTo("moved/inside/a.yaml"));
  }

  @Test
  void aFolderThatIsMovedAwayTakesNothingWithIt() throws Exception {
    Files.writeString(folder.resolve("a.yaml"), service("a"));
    start(Map.of());
    upTo("a.yaml");
    Files.move(folder, temporary.resolve("elsewhere"));
    assertInstanceOf(UncheckedIOException.class, failure.get(20, TimeUnit.SECONDS));
    assertTrue(events.isEmpty());
  }
}
