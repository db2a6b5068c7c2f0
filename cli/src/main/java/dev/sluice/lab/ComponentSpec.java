package dev.sluice.lab;

import dev.sluice.schemas.config.Settings;
import java.util.ArrayList;
import java.util.List;

/**
 * One process of the lab as a value.
 *
 * @param name the component, as {@code lab kill} knows it
 * @param node the node it belongs to, or empty
 * @param mainClass what Java starts
 * @param heapMegabytes the most its heap may have
 * @param settings what its settings file says
 */
record ComponentSpec(
    String name, String node, String mainClass, int heapMegabytes, Settings settings) {
  static final String FLOW_SINK = "flow-sink";

  /** Name of its log and settings file: {@code node-applier@node-1}. */
  String id() {
    return node.isEmpty() ? name : name + "@" + node;
  }

  /** Whether it takes over from a process of its kind that is alive. */
  boolean takesOver() {
    return !node.isEmpty();
  }

  /** Whether it goes behind everything else once it is up: its log waits for it. */
  boolean yields() {
    return name.equals(FLOW_SINK);
  }

  private List<String> java() {
    if (takesOver()) {
      return JavaCommand.startApplier(heapMegabytes);
    }
    return name.endsWith("-stream")
        ? JavaCommand.startStream(heapMegabytes)
        : JavaCommand.start(heapMegabytes);
  }

  /** The command line; the class path is the supervisor's own. */
  List<String> command(LabFiles files) {
    List<String> command = new ArrayList<>();
    command.addAll(java());
    command.add(mainClass);
    command.add("--config");
    command.add(files.config(id()).toString());
    return command;
  }
}
