package dev.sluice.schemas.config;

/** The page docs/configuration.md: every setting for people. */
public final class ConfigurationDocument {
  private static final String HEAD =
      """
      # Configuration

      <!-- Generated from Setting.java: ConfigurationDocumentTest says how. -->

      Every process reads one properties file, `--config FILE`, and overrides, `--set key=value`; later ones win. The
      same keys serve every process, which reads those it needs; `sluice lab up --set key=value` hands them to all.
      An unknown key, or a value of the wrong form, ends the process with status 2 and a sentence that says so.

      | key | form | default | meaning |
      |---|---|---|---|
      """;

  private ConfigurationDocument() {}

  /** The whole page, Markdown. */
  public static String text() {
    StringBuilder page = new StringBuilder(HEAD);
    for (Setting setting : Setting.values()) {
      String value = setting.defaultValue();
      page.append(
          "| `%s` | %s | %s | %s |\n"
              .formatted(
                  setting.key(),
                  setting.type().text(),
                  value.isEmpty() ? "" : "`" + value + "`",
                  setting.doc().replace("|", "\\|")));
    }
    return page.toString();
  }
}
