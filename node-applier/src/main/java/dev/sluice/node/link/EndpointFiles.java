package dev.sluice.node.link;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.core.net.IpAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Which pods have links, in one small file a pod, beside the node's socket: what a restarted
 * applier needs to find its endpoints again. Lives as long as the links do, until the next boot.
 */
public final class EndpointFiles {
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Path folder;

  /**
   * @param folder made when needed
   */
  public EndpointFiles(Path folder) {
    this.folder = folder;
  }

  /** The folder that belongs to a node's socket. */
  public static EndpointFiles beside(Path socket) {
    return new EndpointFiles(socket.resolveSibling(socket.getFileName() + ".endpoints"));
  }

  /** Remembers a link. */
  public void save(PodLink link) {
    ObjectNode json = JSON.createObjectNode();
    json.put("namespace", link.namespace()).put("pod", link.pod()).put("uid", link.uid());
    json.put("netns", link.netns()).put("interface", link.interfaceName());
    ArrayNode ips = json.putArray("ips");
    link.ips().forEach(ip -> ips.add(ip.toString()));
    try {
      Files.createDirectories(folder);
      Path temporary = folder.resolve(link.hostInterface() + ".tmp");
      Files.write(temporary, JSON.writeValueAsBytes(json));
      Files.move(temporary, file(link.hostInterface()), StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remember endpoint " + link.key(), e);
    }
  }

  /** Forgets a link. */
  public void delete(String hostInterface) {
    try {
      Files.deleteIfExists(file(hostInterface));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot forget endpoint " + hostInterface, e);
    }
  }

  /** Every link remembered. */
  public List<PodLink> all() {
    List<PodLink> links = new ArrayList<>();
    for (Path file : files()) {
      try {
        links.add(link(JSON.readTree(Files.readAllBytes(file))));
      } catch (IOException e) {
        throw new UncheckedIOException("cannot read " + file, e);
      }
    }
    return links;
  }

  /** Removes the folder. */
  public void deleteAll() {
    try {
      for (Path file : files()) {
        Files.deleteIfExists(file);
      }
      Files.deleteIfExists(folder);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove " + folder, e);
    }
  }

  private List<Path> files() {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(file -> file.toString().endsWith(".json")).sorted().toList();
    } catch (NoSuchFileException e) {
      return List.of();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot list " + folder, e);
    }
  }

  private static PodLink link(JsonNode json) {
    List<IpAddress> ips = new ArrayList<>();
    json.path("ips").forEach(ip -> ips.add(IpAddress.parse(ip.asText())));
    return PodLink.of(
        json.path("namespace").asText(),
        json.path("pod").asText(),
        json.path("uid").asText(),
        json.path("netns").asText(),
        ips,
        json.path("interface").asText());
  }

  private Path file(String hostInterface) {
    return folder.resolve(hostInterface + ".json");
  }
}
