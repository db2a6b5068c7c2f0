package dev.sluice.lab;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import java.util.List;
import java.util.Map;

/**
 * The lab as {@code <data>/lab.json} keeps it, written by the supervisor alone, atomically, at
 * every change. Everything a command needs to find the lab, and everything {@code lab down} needs
 * to end it after the supervisor was killed.
 *
 * @param prefix {@link LabNames#prefix()}
 * @param phase {@code starting}, {@code running} or {@code stopping}
 * @param bootstrapServers Kafka, as clients of the root namespace reach it
 * @param registryUrl the schema registry
 * @param settings every setting given with {@code --set} and those that the lab fixes for all of
 *     its processes (topic.prefix among them)
 * @param supervisor the {@code lab up} process
 */
@JsonIgnoreProperties(ignoreUnknown = true)
public record LabState(
    String prefix,
    String phase,
    String bootstrapServers,
    String registryUrl,
    boolean ownBroker,
    Map<String, String> settings,
    Pid supervisor,
    List<Node> nodes,
    List<Component> components) {

  /**
   * A process, safe against reuse of its number.
   *
   * @param startTicks field 22 of /proc/PID/stat
   */
  public record Pid(long pid, long startTicks) {}

  /**
   * A node of the lab.
   *
   * @param name {@code node-N}
   * @param netns name below /run/netns
   * @param socket the applier's unix socket
   * @param bpfPath its pin root
   */
  public record Node(String name, int index, String netns, String socket, String bpfPath) {}

  /**
   * A process of the lab.
   *
   * @param node empty for components that are not a node's
   * @param state {@code starting}, {@code running}, {@code killed} (by {@code lab kill}) or {@code
   *     failed} (ended by itself; started again with back-off)
   * @param process null when there is none
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Component(String name, String node, String state, Pid process) {}
}
