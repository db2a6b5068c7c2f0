package dev.sluice.node.control;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ControlServerTest {
  private static final ObjectMapper JSON = new ObjectMapper();

  @TempDir Path folder;
  private final List<ControlRequest> seen = new ArrayList<>();
  private final CountDownLatch monitorClosed = new CountDownLatch(1);
  private ControlServer server;

  @BeforeEach
  void open() {
    server =
        ControlServer.open(
            folder.resolve("node.sock"),
            new ControlHandler() {
              @Override
              public ControlAnswer answer(ControlRequest request) {
                seen.add(request);
                return switch (request) {
                  case ControlRequest.Add add ->
                      new ControlAnswer.Added(7, add.link().hostInterface());
                  case ControlRequest.Wait wait -> throw new IllegalStateException("not in time");
                  case ControlRequest.Endpoints all ->
                      new ControlAnswer.Endpoints(
                          List.of(
                              new ControlAnswer.Endpoint(
                                  7,
                                  "shop",
                                  "a",
                                  256,
                                  "ready",
                                  12,
                                  List.of("10.0.1.10"),
                                  "slc1",
                                  "")));
                  default -> new ControlAnswer.Done();
                };
              }

              @Override
              public MonitorStream monitor(Set<String> types) {
                MonitorStream stream = new MonitorStream(monitorClosed::countDown);
                types.forEach(type -> stream.offer("{\"type\":\"" + type + "\"}"));
                return stream;
              }
            });
  }

  @AfterEach
  void close() throws IOException {
    server.close();
    assertFalse(Files.exists(folder.resolve("node.sock")));
  }

  private SocketChannel connect() throws IOException {
    return SocketChannel.open(UnixDomainSocketAddress.of(folder.resolve("node.sock")));
  }

  private List<JsonNode> ask(String... requests) throws IOException {
    try (SocketChannel client = connect();
        OutputStream out = Channels.newOutputStream(client);
        BufferedReader in =
            new BufferedReader(new InputStreamReader(Channels.newInputStream(client)))) {
      List<JsonNode> answers = new ArrayList<>();
      for (String request : requests) {
        out.write((request + "\n").getBytes(StandardCharsets.UTF_8));
        answers.add(JSON.readTree(in.readLine()));
      }
      return answers;
    }
  }

  @Test
  void answersEveryRequestOfOneClientInOrder() throws IOException {
    List<JsonNode> answers =
        ask(
            """
            {"op":"add","namespace":"shop","pod":"a","uid":"u","netns":"/run/netns/x",\
            "ips":["10.0.1.10","fd00::10"],"interface":"eth0"}\
            """,
            "{\"op\":\"del\",\"namespace\":\"shop\",\"pod\":\"a\"}",
            "{\"op\":\"endpoints\"}");
    assertTrue(answers.get(0).path("ok").asBoolean());
    assertEquals(7, answers.get(0).path("endpoint").asLong());
    assertEquals(15, answers.get(0).path("hostInterface").asText().length());
    assertTrue(answers.get(1).path("ok").asBoolean());
    JsonNode endpoint = answers.get(2).path("endpoints").get(0);
    assertEquals("slc1", endpoint.path("interface").asText());
    assertEquals("ready", endpoint.path("state").asText());
    assertFalse(endpoint.has("message"));
    assertEquals(3, seen.size());
  }

  @Test
  void saysWhatIsWrongAndGoesOn() throws IOException {
    List<JsonNode> answers =
        ask(
            "nonsense",
            "{\"op\":\"fly\"}",
            "{\"op\":\"wait\",\"namespace\":\"shop\",\"pod\":\"a\"}",
            "{\"op\":\"dump\",\"map\":\"fly\"}",
            "{\"op\":\"status\"}");
    assertTrue(answers.get(0).path("error").asText().startsWith("not JSON"));
    assertEquals("unknown op 'fly'", answers.get(1).path("error").asText());
    assertEquals("not in time", answers.get(2).path("error").asText());
    assertFalse(answers.get(3).path("ok").asBoolean());
    assertTrue(answers.get(4).path("ok").asBoolean());
  }

  @Test
  void streamsUntilTheClientGoes() throws Exception {
    try (SocketChannel client = connect()) {
      Channels.newOutputStream(client)
          .write("{\"op\":\"monitor\",\"types\":[\"drop\"]}\n".getBytes(StandardCharsets.UTF_8));
      BufferedReader in =
          new BufferedReader(new InputStreamReader(Channels.newInputStream(client)));
      assertEquals("{\"type\":\"drop\"}", in.readLine());
    }
    assertTrue(monitorClosed.await(10, TimeUnit.SECONDS));
  }
}
