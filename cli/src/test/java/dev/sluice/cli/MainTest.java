package dev.sluice.cli;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.schemas.registry.RegistryException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;
import picocli.CommandLine.Command;

class MainTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... args) {
    return Main.commandLine()
        .setOut(new PrintWriter(out))
        .setErr(new PrintWriter(err))
        .execute(args);
  }

  @Test
  void versionSucceeds() {
    assertEquals(0, run("version"));
    assertTrue(out.toString().startsWith("sluice "), out.toString());
  }

  @Test
  void wrongUsageIsTwoAndOneSentence() {
    assertEquals(2, run("version", "--nonsense"));
    assertEquals(1, err.toString().lines().count(), err.toString());
    assertEquals(2, run());
    err.getBuffer().setLength(0);
    assertEquals(2, run("lab"));
    assertTrue(err.toString().startsWith("Missing command, one of up, apply, "), err.toString());
    err.getBuffer().setLength(0);
    assertEquals(2, run("lab", "upp", "--detach"));
    assertEquals(
        "There is no command 'sluice lab upp' (see 'sluice lab --help')", err.toString().strip());
  }

  /** Whatever there is to be found, and whether or not there is a lab. */
  @Test
  void aWrongFormIsRefusedBeforeAnythingIsRead() {
    assertEquals(2, run("policy", "lint", "-f", "/no/such/file", "-o", "xml"));
    assertEquals(
        "Output form 'xml' is not one of table, json, yaml, sarif, jsonpath=TEMPLATE"
            + " (see 'sluice policy lint --help')",
        err.toString().strip());
    err.getBuffer().setLength(0);
    assertEquals(2, run("identity", "list", "--data", "/no/such/lab", "-o", "sarif"));
    assertTrue(err.toString().contains("is not one of table, json, yaml, jsonpath=TEMPLATE"));
    assertEquals(2, run("identity", "list", "--data", "/no/such/lab", "-o", "jsonpath={[}"));
    err.getBuffer().setLength(0);
    assertEquals(2, run("fqdn", "cache", "list", "--data", "/no/such/lab", "-p", "["));
    assertEquals(
        "--matchpattern '[' is no pattern of DNS names: write letters, digits, '-', '_', dots and"
            + " stars (see 'sluice fqdn cache list --help')",
        err.toString().strip());
  }

  @Test
  void everyCommandHasHelp() {
    Deque<CommandLine> todo = new ArrayDeque<>();
    todo.add(Main.commandLine());
    while (!todo.isEmpty()) {
      CommandLine next = todo.pop();
      assertTrue(next.getUsageMessage().contains("--help"), next.getCommandSpec().qualifiedName());
      todo.addAll(next.getSubcommands().values());
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "endpoint list",
        "policy get",
        "policy at",
        "service list",
        "fqdn cache list",
        "observe",
        "lab status"
      })
  void whatHasNamespacesIsShownOfOne(String words) {
    CommandLine at = Main.commandLine();
    for (String word : words.split(" ")) {
      at = at.getSubcommands().get(word);
    }
    for (String option : List.of("-n", "--namespace", "-A", "--all-namespaces", "-o", "--data")) {
      assertNotNull(at.getCommandSpec().findOption(option), option);
    }
  }

  @Test
  void observeTakesItsFiltersBelowTheRoot() {
    CommandLine observe =
        Main.commandLine()
            .parseArgs("observe", "--to-service", "a/b", "--not", "--verdict", "DROPPED", "-n", "a")
            .subcommand()
            .commandSpec()
            .commandLine();
    assertEquals(
        List.of("a/b"), observe.getCommandSpec().findOption("--to-service").stringValues());
  }

  @Test
  void everyCommandSaysItsVersion() {
    for (String[] words : new String[][] {{"-V"}, {"observe", "-V"}, {"policy", "lint", "-V"}}) {
      out.getBuffer().setLength(0);
      assertEquals(0, run(words));
      assertTrue(out.toString().startsWith("sluice "), String.join(" ", words));
    }
  }

  @Command(name = "asks")
  private static final class Asks implements Runnable {
    private final RuntimeException failure;

    private Asks(RuntimeException failure) {
      this.failure = failure;
    }

    @Override
    public void run() {
      throw failure;
    }
  }

  private String complaint(RuntimeException failure) {
    err.getBuffer().setLength(0);
    int status =
        new CommandLine(new Asks(failure))
            .setExecutionExceptionHandler(Main.commandLine().getExecutionExceptionHandler())
            .setErr(new PrintWriter(err))
            .execute();
    assertEquals(1, status);
    return err.toString().strip();
  }

  /** Brokers and a registry that are away are no error of the command's. */
  @Test
  void whatIsAwayIsCalledAway() {
    assertEquals(
        "Kafka does not answer as it should (no broker): 'sluice lab status' shows what runs",
        complaint(new TimeoutException("no broker")));
    assertEquals(
        "registry http://h does not answer: is it running?",
        complaint(
            new RegistryException(0, 0, "registry http://h does not answer: is it running?")));
    assertTrue(complaint(new IllegalStateException("a bug")).startsWith("sluice: internal error"));
  }

  /** Whoever wrote a manifest writes nothing to the terminal of whoever looks at it. */
  @Test
  void whatOthersWroteMovesNoCursor(@TempDir Path folder) throws IOException {
    Path manifest =
        Files.writeString(
            folder.resolve("hostile.yaml"),
            """
            apiVersion: cilium.io/v2
            kind: CiliumNetworkPolicy
            metadata: {name: "a\\e[2J", namespace: shop}
            spec: {endpointSelector: {}}
            """);
    assertEquals(1, run("policy", "lint", "-f", manifest.toString()));
    String said = out + "" + err;
    assertTrue(said.contains("\\u001b[2J"), said);
    assertTrue(said.chars().noneMatch(c -> c == '\u001b'), said);
  }

  /** A check of nothing passes nothing: the path is a wrong one. */
  @Test
  void aFileWithoutObjectsIsNoCluster(@TempDir Path folder) throws IOException {
    String empty = Files.writeString(folder.resolve("empty.yaml"), "# nothing\n").toString();
    assertEquals(1, run("policy", "lint", "-f", empty));
    assertEquals("There is no object in " + empty, err.toString().strip());
  }

  @Test
  void completionNamesTheCommands() {
    assertEquals(0, run("completion"));
    assertTrue(out.toString().contains("completion"), "script");
    String script = out.toString();
    for (String shell : new String[] {"bash", "zsh"}) {
      out.getBuffer().setLength(0);
      assertEquals(0, run("completion", shell));
      assertEquals(script, out.toString());
    }
    assertEquals(2, run("completion", "cmd.exe"));
  }
}
