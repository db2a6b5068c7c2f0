package dev.sluice.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.lab.Manifest;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ManifestFilesTest {
  private static final String NAMESPACE =
      "apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n";

  @TempDir private Path folder;

  private Path write(String name, String text) throws IOException {
    Path file = folder.resolve(name);
    Files.createDirectories(file.getParent());
    return Files.writeString(file, text);
  }

  private static String refusal(Path... paths) {
    return assertThrows(Refusal.class, () -> ManifestFiles.read(List.of(paths))).getMessage();
  }

  @Test
  void ofAFolderWhatIsCalledAsManifestsAre() throws IOException {
    write("b/two.yml", NAMESPACE);
    write("a.yaml", NAMESPACE);
    write("c.json", "{}");
    write("kustomization.yaml", "resources: [a.yaml]\n");
    write("notes.md", "# no manifest\n");
    List<String> names =
        ManifestFiles.read(List.of(folder, folder.resolve("a.yaml"))).stream()
            .map(ManifestFiles.Content::name)
            .toList();
    assertEquals(
        List.of("a.yaml", "b/two.yml", "c.json").stream()
            .map(name -> folder.resolve(name).toString())
            .toList(),
        names);
  }

  @Test
  void whatIsNotThereIsRefused() throws IOException {
    Path missing = folder.resolve("missing.yaml");
    assertEquals("There is no file or folder " + missing, refusal(missing));
    write("notes.md", "# no manifest\n");
    assertEquals(
        "There are no manifests in folder " + folder + ": they end in .yaml, .yml or .json",
        refusal(folder));
  }

  /** {@code -f <(…)} names a pipe. */
  @Test
  void aPipeIsReadToItsEnd() throws Exception {
    Path pipe = folder.resolve("pipe");
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    CompletableFuture<Void> written =
        CompletableFuture.runAsync(
            () -> {
              try (var out = new java.io.FileOutputStream(pipe.toFile())) {
                out.write(NAMESPACE.getBytes(StandardCharsets.UTF_8));
              } catch (IOException e) {
                throw new IllegalStateException(e);
              }
            });
    assertEquals("Namespace shop", Manifest.read(List.of(pipe)).getFirst().title());
    written.join();
  }

  @Test
  void aDashIsTheStandardInput() {
    InputStream before = System.in;
    System.setIn(new ByteArrayInputStream(NAMESPACE.getBytes(StandardCharsets.UTF_8)));
    try {
      assertEquals("stdin:1", Manifest.read(List.of(Path.of("-"))).getFirst().source());
    } finally {
      System.setIn(before);
    }
  }

  @Test
  void whatIsNoTextIsToldByItsFile() throws IOException {
    Path image = Files.write(folder.resolve("a.yaml"), new byte[] {(byte) 0x89, 'P', 'N', 'G'});
    Manifest read = Manifest.read(List.of(image)).getFirst();
    assertEquals(image + ": not UTF-8 text", read.title() + ": " + read.problem());
  }
}
