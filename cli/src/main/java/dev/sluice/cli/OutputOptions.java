package dev.sluice.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.cli.output.JsonPath;
import dev.sluice.cli.output.JsonText;
import dev.sluice.cli.output.Table;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code -o table|json|yaml|jsonpath=…} and {@code --no-headers}; a mixin of read commands. */
public final class OutputOptions {
  private static final Set<String> FORMS = Set.of("table", "wide", "json", "yaml");
  private static final String TEMPLATE = "jsonpath=";

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

  /** Forms that the command has beside those of all. */
  private final List<String> own;

  private String form;
  private JsonPath template;

  @Option(names = "--no-headers", description = "Leave the table's header line out.")
  private boolean noHeaders;

  public OutputOptions() {
    this(List.of());
  }

  /**
   * @param own forms that the command prints itself, asked for with {@link #is}
   */
  public OutputOptions(List<String> own) {
    this.own = own;
  }

  /** A wrong form is wrong usage whatever the command would find: it is refused before. */
  @Option(
      names = {"-o", "--output"},
      paramLabel = "FORM",
      description = "table, json, yaml or jsonpath=TEMPLATE (default: table).")
  private void form(String asked) {
    if (asked.startsWith(TEMPLATE)) {
      template = template(asked.substring(TEMPLATE.length()));
    } else if (!FORMS.contains(asked) && !own.contains(asked)) {
      List<String> all = new ArrayList<>(List.of("table", "json", "yaml"));
      all.addAll(own);
      throw new ParameterException(
          command.commandLine(),
          "Output form '"
              + asked
              + "' is not one of "
              + String.join(", ", all)
              + ", jsonpath=TEMPLATE");
    }
    form = asked;
  }

  /** The form to print when the user names none; without this call it is the table. */
  public void byDefault(String otherForm) {
    if (form == null) {
      form = otherForm;
    }
  }

  /** Prints what the command found in the form asked for. Only the one that is needed is made. */
  public void print(Supplier<Table> table, Supplier<? extends JsonNode> json) {
    byDefault("table");
    PrintWriter out = command.commandLine().getOut();
    switch (form) {
      case "table", "wide" -> table.get().print(out, !noHeaders);
      case "json" -> out.println(JsonText.pretty(json.get()));
      case "yaml" -> out.print(JsonText.yaml(json.get()));
      default -> out.print(template.apply(json.get()));
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

  private JsonPath template(String text) {
    try {
      return JsonPath.parse(text);
    } catch (IllegalArgumentException e) {
      throw new ParameterException(command.commandLine(), "jsonpath: " + e.getMessage());
    }
  }
}
