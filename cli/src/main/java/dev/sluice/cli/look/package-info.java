/**
 * The commands that look: each reads topics (what was decided) or a node's applier (what its kernel
 * holds), and prints it as a table, JSON, YAML or through a JSONPath. In: a lab's handle. Out:
 * text. Nothing here changes anything, and nothing here starts a process.
 *
 * <p>{@link dev.sluice.cli.look.LabTopics} reads, {@link dev.sluice.cli.look.ClusterView} joins
 * rows of several topics into what people ask about, and one class a command prints it.
 */
package dev.sluice.cli.look;
