package dev.sluice.node.proxy.dns;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.sluice.core.dns.DnsEvent;
import dev.sluice.core.dns.OwnNames;
import dev.sluice.core.net.IpAddress;
import java.io.ByteArrayOutputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.RandomAccessFile;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
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
  private final Consumer<String> trouble;
  private final ByteArrayOutputStream text = new ByteArrayOutputStream();
  private int lines;

  /** Where lines are added; null before the first, and when another file took its place. */
  private OutputStream out;

  /** What was said of trouble, until an answer could be added again: once is enough. */
  private String said = "";

  /**
   * @param trouble told, once each time that it begins, what cannot be written and what follows
   */
  public AnswerFile(Path path, Consumer<String> trouble) {
    this.path = path;
    this.trouble = trouble;
  }

  /** What a former process left; a line that was cut off in the middle is passed over. */
  public Held read() {
    List<DnsEvent.Answered> answers = new ArrayList<>();
    List<OwnNames.Own> alone = new ArrayList<>();
    if (Files.exists(path)) {
      try {
        for (String line : Files.readAllLines(path, StandardCharsets.UTF_8)) {
          lines++;
          if (!line.isBlank()) {
            read(line, answers, alone);
          }
        }
      } catch (IOException e) {
        LOG.warn("{} cannot be read: {}", path, e.getMessage());
      }
    }
    return new Held(answers, alone);
  }

  private void read(String line, List<DnsEvent.Answered> answers, List<OwnNames.Own> alone)
      throws IOException {
    try {
      JsonNode json = JSON.readTree(line);
      int endpoint = json.path("alone").asInt();
      if (endpoint == 0) {
        answers.add(answer(json));
      } else {
        alone.add(new OwnNames.Own(endpoint, answer(json)));
      }
    } catch (JsonProcessingException | IllegalArgumentException e) {
      LOG.warn("line {} of {} was not written to its end", lines, path);
    }
  }

  /**
   * Adds an answer.
   *
   * @param endpoint for whom alone; 0: everybody
   * @throws UncheckedIOException when it could not be written; the answer may not be used then
   */
  public void add(int endpoint, DnsEvent.Answered answer) {
    text.reset();
    try {
      line(endpoint, answer);
      if (out == null) {
        endLastLine();
        out = new FileOutputStream(path.toFile(), true);
      }
      text.writeTo(out);
    } catch (IOException e) {
      abandon();
      say("%s cannot be written: new names are answered SERVFAIL until it can be", e);
      throw new UncheckedIOException("cannot write " + path, e);
    }
    said = "";
    lines++;
  }

  /** What is added must not become part of a line that was cut off. */
  private void endLastLine() throws IOException {
    try (RandomAccessFile file = new RandomAccessFile(path.toFile(), "rw")) {
      long length = file.length();
      file.seek(Math.max(0, length - 1));
      if (length > 0 && file.read() != '\n') {
        file.write('\n');
      }
    }
  }

  /** Whether so much is over that {@link #rewrite} is worth it. */
  public boolean isStale(int alive) {
    return lines > 2 * alive + SPARE_LINES || (alive == 0 && lines > 0);
  }

  /** The next answer opens the file again. */
  private void abandon() {
    try (OutputStream closed = out) {
      out = null;
    } catch (IOException e) {
      // nothing waits in it
    }
  }

  private void say(String what, IOException why) {
    if (!said.equals(what)) {
      said = what;
      trouble.accept(what.formatted(path) + ": " + why.getMessage());
    }
  }

  /** Leaves only what is alive, if that can be written; else all stays, which does no harm. */
  public void rewrite(Held held) {
    Path fresh = path.resolveSibling(path.getFileName() + ".new");
    text.reset();
    try {
      for (DnsEvent.Answered answer : held.answers()) {
        line(0, answer);
      }
      for (OwnNames.Own own : held.alone()) {
        line(own.endpoint(), own.answer());
      }
      Files.write(fresh, text.toByteArray());
      Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      abandon();
    } catch (IOException e) {
      say("%s cannot be written anew, and goes on growing", e);
      return;
    }
    lines = held.size();
  }

  /** Appends a line to the text. */
  private void line(int endpoint, DnsEvent.Answered answer) throws IOException {
    try (JsonGenerator json = JSON.createGenerator(text)) {
      json.writeStartObject();
      json.writeNumberField("time", answer.timeMillis());
      json.writeStringField("name", answer.name());
      json.writeObjectFieldStart("ttlSeconds");
      for (Map.Entry<IpAddress, Long> ttl : answer.ttlSeconds().entrySet()) {
        json.writeNumberField(ttl.getKey().toString(), ttl.getValue());
      }
      json.writeEndObject();
      json.writeStringField("pod", answer.endpoint());
      json.writeStringField("podAddress", answer.endpointAddress());
      json.writeStringField("resolver", answer.resolver());
      json.writeStringField("node", answer.node());
      if (endpoint != 0) {
        json.writeNumberField("alone", endpoint);
      }
      json.writeEndObject();
      json.writeRaw('\n');
    }
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
