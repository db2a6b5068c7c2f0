package dev.sluice.tidy;

import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.googlejavaformat.java.Formatter;
import com.google.googlejavaformat.java.FormatterException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Style, layering and format as tests: each finding says what to write instead. */
class TidyTest {
  private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
  private static final Pattern IMPORT =
      Pattern.compile("^import (?:static )?(dev\\.sluice[\\w.]*)", Pattern.MULTILINE);
  private static final Pattern ANY_IMPORT =
      Pattern.compile("^import (?:static )?([\\w.]+)", Pattern.MULTILINE);

  private static List<Path> javaSources() throws IOException {
    try (Stream<Path> modules = Files.list(ROOT)) {
      List<Path> sources = new ArrayList<>();
      for (Path module :
          modules.filter(path -> Files.isDirectory(path.resolve("src"))).sorted().toList()) {
        try (Stream<Path> files = Files.walk(module.resolve("src"))) {
          files.filter(file -> file.toString().endsWith(".java")).forEach(sources::add);
        }
      }
      assertTrue(sources.size() > 20, "no sources found below " + ROOT);
      return sources;
    }
  }

  private static List<String> rules(String resource) throws IOException {
    try (var in = TidyTest.class.getResourceAsStream("/tidy/" + resource)) {
      return new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.isBlank() && !line.startsWith("#"))
          .toList();
    }
  }

  private static void assertNone(List<String> findings) {
    assertTrue(
        findings.isEmpty(), () -> findings.size() + " finding(s):\n" + String.join("\n", findings));
  }

  @Test
  void modulesImportOnlyWhatTheirLayerAllows() throws IOException {
    Map<String, List<String>> allowed = new LinkedHashMap<>();
    for (String rule : rules("layers.txt")) {
      String[] parts = rule.split(":\\s*", 2);
      allowed.put(parts[0], Arrays.asList(parts[1].split("\\s+")));
    }
    List<String> findings = new ArrayList<>();
    for (Path source : javaSources()) {
      String relative = ROOT.relativize(source).toString();
      List<String> packages = allowed.get(relative.substring(0, relative.indexOf('/')));
      if (packages == null || !relative.contains("/src/main/")) {
        continue;
      }
      Matcher imports = IMPORT.matcher(Files.readString(source));
      while (imports.find()) {
        String name = imports.group(1);
        if (packages.stream().noneMatch(prefix -> name.startsWith(prefix + "."))) {
          findings.add(relative + " imports " + name + "; its module may use " + packages);
        }
      }
    }
    assertNone(findings);
  }

  @Test
  void coreImportsNothingButJavaBase() throws IOException {
    List<String> findings = new ArrayList<>();
    for (Path source : javaSources()) {
      String relative = ROOT.relativize(source).toString();
      if (!relative.startsWith("core/src/main/")) {
        continue;
      }
      Matcher imports = ANY_IMPORT.matcher(Files.readString(source));
      while (imports.find()) {
        String name = imports.group(1);
        boolean javaBase =
            Stream.of(
                    "java.util.",
                    "java.net.Inet",
                    "java.nio.Byte",
                    "java.nio.charset.",
                    "java.security.",
                    "java.io.",
                    "java.math.",
                    "java.lang.",
                    "java.time.")
                .anyMatch(name::startsWith);
        if (!javaBase && !name.startsWith("dev.sluice.core.")) {
          findings.add(
              relative + " imports " + name + "; core/ depends on java.base alone and does no IO");
        }
      }
    }
    assertNone(findings);
  }

  @Test
  void bannedWordsComeWithTheirReplacement() throws IOException {
    List<String> findings = new ArrayList<>();
    List<String> rules = rules("banned.txt");
    for (Path source : javaSources()) {
      String relative = ROOT.relativize(source).toString();
      if (relative.equals("e2e/src/test/java/dev/sluice/tidy/TidyTest.java")) {
        continue;
      }
      String[] lines = Files.readString(source).split("\n", -1);
      for (String rule : rules) {
        String[] where = rule.split("\\s+\\|\\s+", 2);
        String[] what = where[1].split("\\s+=>\\s+", 2);
        if (!relative.matches(where[0])) {
          continue;
        }
        Pattern banned = Pattern.compile(what[0]);
        for (int i = 0; i < lines.length; i++) {
          if (banned.matcher(lines[i]).find()) {
            findings.add(relative + ":" + (i + 1) + ": " + lines[i].strip() + "  => " + what[1]);
          }
        }
      }
    }
    assertNone(findings);
  }

  @Test
  void sourcesAreFormatted() throws IOException, FormatterException {
    Formatter formatter = new Formatter();
    List<String> findings = new ArrayList<>();
    for (Path source : javaSources()) {
      String text = Files.readString(source);
      if (!formatter.formatSourceAndFixImports(text).equals(text)) {
        findings.add(ROOT.relativize(source) + ": run ./sluice format");
      }
    }
    assertNone(findings);
  }

  @Test
  void everyPackageSaysWhatItIsFor() throws IOException {
    List<String> findings = new ArrayList<>();
    for (Path source : javaSources()) {
      Path folder = source.getParent();
      if (source.toString().contains("/src/main/")
          && !Files.exists(folder.resolve("package-info.java"))
          && !findings.contains(ROOT.relativize(folder).toString())) {
        findings.add(ROOT.relativize(folder).toString());
      }
    }
    assertTrue(
        findings.isEmpty(), () -> "without package-info.java:\n" + String.join("\n", findings));
  }

  @Test
  void sourceFilesCarryNoMachinePaths() throws IOException {
    List<String> findings = new ArrayList<>();
    for (Path source : javaSources()) {
      if (Files.readString(source).matches("(?s).*[\"' ]/(work|home|root)/.*")) {
        findings.add(ROOT.relativize(source).toString());
      }
    }
    assertNone(findings);
  }
}
