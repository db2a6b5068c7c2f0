package dev.sluice.cli.ask;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.cli.Main;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What the commands print, word for word. A golden file holds manifests ({@code -- NAME --} and the
 * file's text), then commands ({@code $ sluice …}) each with what it prints and its exit status.
 * {@code -Dgolden.write=FOLDER} writes what is printed now into that folder, to be read and kept.
 */
class GoldenTest {
  private static final Pattern FILE = Pattern.compile("-- (\\S+) --");
  private static final Pattern WORD = Pattern.compile("'([^']*)'|(\\S+)");

  @TempDir private Path folder;

  static List<String> goldens() throws IOException, URISyntaxException {
    try (Stream<Path> files = Files.list(Path.of(GoldenTest.class.getResource("/ask").toURI()))) {
      return files.map(file -> file.getFileName().toString()).sorted().toList();
    }
  }

  @ParameterizedTest
  @MethodSource("goldens")
  void saysWhatItSaid(String name) throws IOException, URISyntaxException {
    String golden = Files.readString(Path.of(GoldenTest.class.getResource("/ask/" + name).toURI()));
    StringBuilder now = new StringBuilder();
    StringBuilder file = null;
    Path path = null;
    for (String line : golden.split("\n", -1)) {
      Matcher header = FILE.matcher(line);
      if (header.matches() || line.startsWith("$ sluice ")) {
        write(path, file);
        path = null;
      }
      if (header.matches()) {
        path = folder.resolve(header.group(1));
        file = new StringBuilder();
      } else if (line.startsWith("$ sluice ")) {
        now.append(line).append('\n').append(run(line.substring("$ sluice ".length())));
        continue;
      } else if (path != null) {
        file.append(line).append('\n');
      }
      if (path != null || line.startsWith("#")) {
        now.append(line).append('\n');
      }
    }
    String write = System.getProperty("golden.write");
    if (write != null) {
      Files.writeString(Path.of(write).resolve(name), now);
    } else {
      assertEquals(golden, now.toString());
    }
  }

  private static void write(Path path, StringBuilder text) throws IOException {
    if (path != null) {
      Files.createDirectories(path.getParent());
      Files.writeString(path, text);
    }
  }

  /** Files are named as if the command ran in their folder. */
  private String run(String command) {
    List<String> arguments = new ArrayList<>();
    Matcher words = WORD.matcher(command);
    boolean files = false;
    while (words.find()) {
      String word = words.group(1) == null ? words.group(2) : words.group(1);
      files = word.startsWith("-") ? word.equals("-f") : files;
      boolean file = files && !word.equals("-f");
      arguments.add(file ? folder.resolve(word).toString() : word);
    }
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    int status =
        Main.commandLine()
            .setOut(new PrintWriter(out))
            .setErr(new PrintWriter(err))
            .execute(arguments.toArray(String[]::new));
    String said = out + (err.toString().isEmpty() ? "" : "stderr:\n" + err);
    return said.replace(folder + "/", "").replace(folder.toString(), ".") + "exit " + status + "\n";
  }
}
