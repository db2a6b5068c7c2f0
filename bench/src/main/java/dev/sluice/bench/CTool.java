package dev.sluice.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The small C programs that make traffic: each is one source file, with {@code bench.h}. */
final class CTool {
  private CTool() {}

  /**
   * Compiles {@code NAME.c} of the resources to a temporary file, which the caller deletes.
   *
   * @param options for clang
   */
  static Path compile(String name, String... options) throws IOException {
    Path folder = Files.createTempDirectory(name);
    Path source = folder.resolve(name + ".c");
    Path header = folder.resolve("bench.h");
    try {
      copy(source);
      copy(header);
      Path tool = Files.createTempFile(name, "");
      List<String> command = new ArrayList<>(List.of("clang", "-O2"));
      command.addAll(List.of(options));
      command.addAll(List.of("-o", tool.toString(), source.toString()));
      Shell.run(command);
      return tool;
    } finally {
      Files.deleteIfExists(source);
      Files.deleteIfExists(header);
      Files.delete(folder);
    }
  }

  private static void copy(Path file) throws IOException {
    try (InputStream in = CTool.class.getResourceAsStream("/" + file.getFileName())) {
      Files.copy(in, file);
    }
  }
}
