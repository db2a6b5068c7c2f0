package dev.sluice.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.cli.output.JsonPath;
import dev.sluice.cli.output.JsonText;
import dev.sluice.cli.output.Table;
import java.io.PrintWriter;
import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code -o table|json|yaml|jsonpath=…} and {@code --no-headers}; a mixin of read commands. */
public final class OutputOptions {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORM",
      description = "table, json, yaml or jsonpath=TEMPLATE (default: table).")
  private String form;

  @Option(names = "--no-headers", description = "Leave the table's header line out.")
  private boolean noHeaders;

  /** The form to print when the user names none; without this call it is the table. */
  public void byDefault(String otherForm) {
    if (form == null) {
      form = otherForm;
    }
  }

  /**
   * Prints what the command found in the form asked for. Only the one that is needed is made.
   *
   * @throws ParameterException when the form is not one of the four, or the template does not parse
   */
  public void print(Supplier<Table> table, Supplier<? extends JsonNode> json) {
    byDefault("table");
    PrintWriter out = command.commandLine().getOut();
    switch (form) {
      case "table", "wide" -> table.get().print(out, !noHeaders);
      case "json" -> out.println(JsonText.pretty(json.get()));
      case "yaml" -> out.print(JsonText.yaml(json.get()));
      default -> out.print(template().apply(json.get()));
    }
    out.flush();
  }

  /** Whether the form is the table, for commands whose table is not one (sections, for example). */
  public boolean isTable() {
    return form == null || form.equals("table") || form.equals("wide");
  }

  /** Whether tables that are printed beside the main one have a header line, as that one has. */
  public boolean headers() {
    return !noHeaders;
  }

  /** Whether the user asked for exactly this form, for commands that have one of their own. */
  public boolean is(String other) {
    return other.equals(form);
  }

  private JsonPath template() {
    if (!form.startsWith("jsonpath=")) {
      throw new ParameterException(
          command.commandLine(),
          "Output form '" + form + "' is not one of table, json, yaml, jsonpath=TEMPLATE");
    }
    try {
      return JsonPath.parse(form.substring("jsonpath=".length()));
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), "jsonpath: " + e.getMessage());
    }
  }
}
