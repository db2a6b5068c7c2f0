package dev.sluice.lab;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Asks a node's applier over its unix socket: one JSON object a line each way, a connection a
 * request. Thread-safe.
 *
 * @param socket the applier's socket
 */
public record ApplierClient(Path socket) {

  /** How long one that is there may take to say how it is; a stopped one is there, too. */
  static final Duration ANSWER_LIMIT = Duration.ofSeconds(1);

  /** What a realised endpoint is known by. */
  public record Realised(long endpoint, int identity, long revision) {}

  /** Nobody listens at the socket: the applier starts, or is dead. */
  static final class Away extends IOException {
    private static final long serialVersionUID = 1L;

    private Away(IOException cause) {
      super("the node's applier does not answer (" + cause.getMessage() + ")", cause);
    }
  }

  /** Makes the pod's link; idempotent. Traffic stays denied until the endpoint is realised. */
  void add(PodSpec pod, String netnsPath) throws IOException {
    ObjectNode request = request("add", pod);
    request.put("uid", pod.uid()).put("netns", netnsPath).put("interface", "eth0");
    pod.ips().forEach(request.putArray("ips")::add);
    ask(request);
  }

  void del(PodSpec pod) throws IOException {
    ask(request("del", pod));
  }

  /**
   * Waits until the kernel enforces the pod's policy.
   *
   * @throws IOException when it does not in time, or the applier is away
   */
  Realised awaitRealised(PodSpec pod, Duration limit) throws IOException {
    ObjectNode request = request("wait", pod);
    request.put("timeoutMillis", limit.toMillis());
    JsonNode answer = ask(request);
    return new Realised(
        answer.path("endpoint").asLong(),
        answer.path("identity").asInt(),
        answer.path("revision").asLong());
  }

  /** Answer of op status. */
  public JsonNode status() throws IOException {
    return ask(LabHandle.MAPPER.createObjectNode().put("op", "status"));
  }

  /** Answer of op dump: {@code entries}. */
  public JsonNode dump(String map) throws IOException {
    return ask(LabHandle.MAPPER.createObjectNode().put("op", "dump").put("map", map))
        .path("entries");
  }

  /** Answer of op endpoints: a list. */
  public JsonNode endpoints() throws IOException {
    return ask(LabHandle.MAPPER.createObjectNode().put("op", "endpoints")).path("endpoints");
  }

  /** The endpoints that the node has now, by {@code namespace/pod}. */
  Map<String, Realised> realised() throws IOException {
    Map<String, Realised> known = new TreeMap<>();
    for (JsonNode each : endpoints()) {
      known.put(
          each.path("namespace").asText() + "/" + each.path("pod").asText(),
          new Realised(
              each.path("id").asLong(),
              each.path("identity").asInt(),
              each.path("realizedRevision").asLong()));
    }
    return known;
  }

  /**
   * The same of each node; of one that is away, or does not answer in time, nothing.
   *
   * @param appliers by node
   */
  static Map<String, Map<String, Realised>> realised(
      Map<String, ApplierClient> appliers, Duration limit) {
    return each(appliers, ApplierClient::realised, limit);
  }

  /** What one applier may be asked. */
  interface Question<T> {
    T ask(ApplierClient applier) throws IOException;
  }

  /**
   * What each answers, all of them asked at once; of one that is away, or does not answer in time
   * since it is stopped, nothing.
   *
   * @param appliers by node
   */
  static <T> Map<String, T> each(
      Map<String, ApplierClient> appliers, Question<T> question, Duration limit) {
    List<String> nodes = List.copyOf(appliers.keySet());
    List<Callable<T>> questions = new ArrayList<>();
    nodes.forEach(node -> questions.add(() -> question.ask(appliers.get(node))));
    Map<String, T> known = new TreeMap<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<T>> answers =
          threads.invokeAll(questions, limit.toMillis(), TimeUnit.MILLISECONDS);
      for (int i = 0; i < nodes.size(); i++) {
        if (answers.get(i).state() == Future.State.SUCCESS) {
          known.put(nodes.get(i), answers.get(i).resultNow());
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    return known;
  }

  private static ObjectNode request(String op, PodSpec pod) {
    return LabHandle.MAPPER
        .createObjectNode()
        .put("op", op)
        .put("namespace", pod.namespace())
        .put("pod", pod.name());
  }

  private JsonNode ask(ObjectNode request) throws IOException {
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      connect(channel);
      ByteBuffer line = ByteBuffer.wrap((request + "\n").getBytes(StandardCharsets.UTF_8));
      while (line.hasRemaining()) {
        channel.write(line);
      }
      String answer =
          new BufferedReader(Channels.newReader(channel, StandardCharsets.UTF_8)).readLine();
      if (answer == null) {
        throw new IOException("the applier hung up");
      }
      JsonNode tree = LabHandle.MAPPER.readTree(answer);
      if (!tree.path("ok").asBoolean()) {
        throw new IOException(tree.path("error").asText("the applier refused"));
      }
      return tree;
    }
  }

  private void connect(SocketChannel channel) throws Away {
    try {
      channel.connect(UnixDomainSocketAddress.of(socket));
    } catch (IOException e) {
      throw new Away(e);
    }
  }

  /** The applier of each node of a lab. */
  public static List<ApplierClient> of(LabState state) {
    return state.nodes().stream().map(node -> new ApplierClient(Path.of(node.socket()))).toList();
  }
}
