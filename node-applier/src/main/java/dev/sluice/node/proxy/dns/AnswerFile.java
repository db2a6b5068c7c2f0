package dev.sluice.node.proxy.dns;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.core.dns.DnsEvent;
import dev.sluice.core.dns.OwnNames;
import dev.sluice.core.net.IpAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this node was answered and no topic holds, one JSON object a line: answers that are not
 * confirmed yet, and those that count for one endpoint alone. A process that dies leaves it to its
 * successor, so that nothing that is pinned is removed for want of a reason. It is written before
 * an answer is released, and written anew when much of it is over. It is not synced: it need not
 * outlive the machine, whose maps do not either. For one thread.
 */
public final class AnswerFile {
  private static final Logger LOG = LoggerFactory.getLogger(AnswerFile.class);
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Lines beyond twice what is alive, before the file is written anew. */
  private static final int SPARE_LINES = 256;

  /**
   * What a file holds.
   *
   * @param answers for everybody
   * @param alone for one endpoint each
   */
  public record Held(List<DnsEvent.Answered> answers, List<OwnNames.Own> alone) {
    int size() {
      return answers.size() + alone.size();
    }
  }

  private final Path path;
  private int lines;

  public AnswerFile(Path path) {
    this.path = path;
  }

  /** What a former process left; a line that was cut off in the middle ends it. */
  public Held read() {
    List<DnsEvent.Answered> answers = new ArrayList<>();
    List<OwnNames.Own> alone = new ArrayList<>();
    if (Files.exists(path)) {
      try {
        for (String line : Files.readAllLines(path, StandardCharsets.UTF_8)) {
          JsonNode json = JSON.readTree(line);
          int endpoint = json.path("alone").asInt();
          if (endpoint == 0) {
            answers.add(answer(json));
          } else {
            alone.add(new OwnNames.Own(endpoint, answer(json)));
          }
          lines++;
        }
      } catch (JsonProcessingException | IllegalArgumentException e) {
        LOG.warn("{} ends in the middle: {} answers were read", path, lines);
      } catch (IOException e) {
        LOG.warn("{} cannot be read: {}", path, e.getMessage());
      }
    }
    return new Held(answers, alone);
  }

  /**
   * Adds an answer.
   *
   * @param endpoint for whom alone; 0: everybody
   */
  public void add(int endpoint, DnsEvent.Answered answer) {
    write(path, line(endpoint, answer), StandardOpenOption.APPEND);
    lines++;
  }

  /** Whether so much is over that {@link #rewrite} is worth it. */
  public boolean isStale(int alive) {
    return lines > 2 * alive + SPARE_LINES || (alive == 0 && lines > 0);
  }

  /** Leaves only what is alive. */
  public void rewrite(Held held) {
    StringBuilder all = new StringBuilder();
    held.answers().forEach(answer -> all.append(line(0, answer)));
    held.alone().forEach(own -> all.append(line(own.endpoint(), own.answer())));
    Path fresh = path.resolveSibling(path.getFileName() + ".new");
    write(fresh, all.toString(), StandardOpenOption.TRUNCATE_EXISTING);
    try {
      Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot replace " + path, e);
    }
    lines = held.size();
  }

  private static void write(Path path, String text, StandardOpenOption how) {
    try {
      Files.writeString(path, text, StandardOpenOption.CREATE, StandardOpenOption.WRITE, how);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + path, e);
    }
  }

  private static String line(int endpoint, DnsEvent.Answered answer) {
    ObjectNode json = JSON.createObjectNode();
    json.put("time", answer.timeMillis());
    json.put("name", answer.name());
    ObjectNode ttls = json.putObject("ttlSeconds");
    answer.ttlSeconds().forEach((address, ttl) -> ttls.put(address.toString(), ttl));
    json.put("pod", answer.endpoint());
    json.put("podAddress", answer.endpointAddress());
    json.put("resolver", answer.resolver());
    json.put("node", answer.node());
    if (endpoint != 0) {
      json.put("alone", endpoint);
    }
    return json + "\n";
  }

  private static DnsEvent.Answered answer(JsonNode json) {
    Map<IpAddress, Long> ttls = new TreeMap<>();
    json.path("ttlSeconds")
        .properties()
        .forEach(each -> ttls.put(IpAddress.parse(each.getKey()), each.getValue().asLong()));
    return new DnsEvent.Answered(
        json.path("time").asLong(),
        json.path("node").asText(),
        json.path("name").asText(),
        ttls,
        json.path("pod").asText(),
        json.path("podAddress").asText(),
        json.path("resolver").asText());
  }
}
