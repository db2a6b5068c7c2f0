package dev.sluice.lab;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.cli.Refusal;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * A lab that somebody started, as other commands reach it: a value read once from its directory.
 * Holds no connection; the lab may be gone the moment after.
 *
 * @param files where things are in its directory
 * @param names what its kernel objects are called
 * @param state what the supervisor wrote last
 */
public record LabHandle(LabFiles files, LabNames names, LabState state) {
  static final ObjectMapper MAPPER = new ObjectMapper();

  /**
   * The lab in this directory.
   *
   * @throws Refusal when there is none, saying how to start one
   */
  public static LabHandle open(Path data) {
    LabFiles files = new LabFiles(data);
    try {
      LabState state = MAPPER.readValue(Files.readAllBytes(files.state()), LabState.class);
      return new LabHandle(files, new LabNames(state.prefix()), state);
    } catch (NoSuchFileException e) {
      throw new Refusal(
          "No lab runs in " + data + ": start one with 'sluice lab up', or name it with --data");
    } catch (AccessDeniedException e) {
      throw new Refusal("The lab in " + data + " is root's: run the command with sudo", e);
    } catch (IOException e) {
      throw new Refusal("The lab's state " + files.state() + " cannot be read: " + e, e);
    }
  }

  public String bootstrapServers() {
    return state.bootstrapServers();
  }

  public String registryUrl() {
    return state.registryUrl();
  }

  /**
   * Settings for a client of this lab: those of the lab's processes with the addresses of Kafka and
   * the registry. Keys as in dev.sluice.schemas.config.Setting.
   */
  public Map<String, String> settings() {
    Map<String, String> all = new HashMap<>(state.settings());
    all.put("kafka.bootstrap.servers", state.bootstrapServers());
    all.put("schema.registry.url", state.registryUrl());
    return Map.copyOf(all);
  }

  /**
   * A node by its name or number.
   *
   * @throws Refusal when the lab has no such node
   */
  public LabState.Node node(String nameOrIndex) {
    return state.nodes().stream()
        .filter(n -> n.name().equals(nameOrIndex) || nameOrIndex.equals("" + n.index()))
        .findFirst()
        .orElseThrow(
            () ->
                new Refusal(
                    "The lab has no node '"
                        + nameOrIndex
                        + "': it has "
                        + String.join(
                            ", ", state.nodes().stream().map(LabState.Node::name).toList())));
  }
}
