package dev.sluice.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The small C programs that make traffic. */
final class CTool {
  private CTool() {}

  /**
   * Compiles C files of the resources, which may include headers there, to a temporary file, which
   * the caller deletes.
   *
   * @param files sources and headers; the program is named after the first
   * @param options for clang
   */
  static Path compile(List<String> files, String... options) throws IOException {
    String name = files.getFirst().replaceFirst("\\.c$", "");
    Path folder = Files.createTempDirectory(name);
    try {
      List<String> command = new ArrayList<>(List.of("clang", "-O2"));
      command.addAll(List.of(options));
      for (String file : files) {
        copy(folder.resolve(file));
        if (file.endsWith(".c")) {
          command.add(folder.resolve(file).toString());
        }
      }
      Path tool = Files.createTempFile(name, "");
      command.addAll(List.of("-o", tool.toString()));
      Shell.run(command);
      return tool;
    } finally {
      for (String file : files) {
        Files.deleteIfExists(folder.resolve(file));
      }
      Files.delete(folder);
    }
  }

  private static void copy(Path file) throws IOException {
    try (InputStream in = CTool.class.getResourceAsStream("/" + file.getFileName())) {
      Files.copy(in, file);
    }
  }
}
