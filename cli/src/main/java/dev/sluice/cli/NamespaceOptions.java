package dev.sluice.cli;

import picocli.CommandLine.Option;

/** Which namespaces a read command shows; a mixin. Neither option means all of them. */
public final class NamespaceOptions {
  @Option(
      names = {"-n", "--namespace"},
      paramLabel = "NS",
      description = "Only this namespace.")
  private String namespace;

  @Option(
      names = {"-A", "--all-namespaces"},
      description = "All namespaces (the default without -n).")
  private boolean all;

  /** Whether objects of this namespace are to be shown. */
  public boolean shows(String of) {
    return all || namespace == null || namespace.equals(of);
  }
}
