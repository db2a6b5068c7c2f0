package dev.sluice.lab;

import java.nio.file.Path;
import java.util.List;

/**
 * What {@code lab up} was asked for.
 *
 * @param data the lab's directory, absolute
 * @param nodes how many nodes, from 1
 * @param manifests files and folders to apply once everything runs
 * @param settings {@code key=value} each, for every process
 * @param bootstrapServers Kafka of somebody else; empty: a broker of the lab's own
 * @param registryUrl its registry; empty with an own broker
 */
public record LabOptions(
    Path data,
    int nodes,
    List<Path> manifests,
    List<String> settings,
    String bootstrapServers,
    String registryUrl) {

  public LabFiles files() {
    return new LabFiles(data);
  }

  public boolean ownBroker() {
    return bootstrapServers.isEmpty();
  }
}
