package dev.sluice.lab;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ApplierClientTest {
  /** Pods wait for it and complain of nothing. */
  @Test
  void anApplierThatIsNotThereIsAway(@TempDir Path folder) {
    ApplierClient client = new ApplierClient(folder.resolve("applier.sock"));
    ApplierClient.Away away = assertThrows(ApplierClient.Away.class, client::status);
    assertEquals(
        "the node's applier does not answer (No such file or directory)", away.getMessage());
  }

  @Test
  void whatEachNodeSaysOfItsPodsAndNothingOfOneThatIsAway(@TempDir Path folder) throws IOException {
    Path answering = folder.resolve("a.sock");
    try (ServerSocketChannel server = listen(answering)) {
      Thread.ofVirtual().start(() -> answer(server));
      assertEquals(
          Map.of("node-1", Map.of("shop/web", new ApplierClient.Realised(2, 258, 7))),
          ApplierClient.realised(
              Map.of(
                  "node-1", new ApplierClient(answering),
                  "node-2", new ApplierClient(folder.resolve("none.sock"))),
              Duration.ofMinutes(1)));
    }
  }

  /** Who asks how the pods are does not wait for one node's sake. */
  @Test
  void anApplierThatSaysNothingHoldsUpNobody(@TempDir Path folder) throws IOException {
    Path silent = folder.resolve("s.sock");
    try (ServerSocketChannel server = listen(silent)) {
      assertEquals(
          Map.of(),
          ApplierClient.realised(
              Map.of("node-1", new ApplierClient(silent)), Duration.ofMillis(50)));
      assertTrue(server.isOpen());
    }
  }

  /** One that is stopped takes connections, and does not keep what waits for all from its end. */
  @Test
  void whoAsksEachNodeHearsThoseThatAnswer(@TempDir Path folder) throws IOException {
    Path answering = folder.resolve("a.sock");
    Path silent = folder.resolve("s.sock");
    try (ServerSocketChannel server = listen(answering);
        ServerSocketChannel stopped = listen(silent)) {
      Thread.ofVirtual().start(() -> answer(server));
      Map<String, JsonNode> answers =
          ApplierClient.each(
              Map.of("node-1", new ApplierClient(answering), "node-2", new ApplierClient(silent)),
              ApplierClient::status,
              Duration.ofSeconds(1));
      assertEquals(Set.of("node-1"), answers.keySet());
      assertTrue(stopped.isOpen());
    }
  }

  /** Takes one request, whole, and answers it. */
  private static void answer(ServerSocketChannel server) {
    try (SocketChannel channel = server.accept()) {
      ByteBuffer request = ByteBuffer.allocate(1000);
      while (request.position() == 0 || request.get(request.position() - 1) != '\n') {
        channel.read(request);
      }
      channel.write(
          ByteBuffer.wrap(
              """
              {"ok":true,"endpoints":[{"id":2,"namespace":"shop","pod":"web",\
              "identity":258,"realizedRevision":7}]}
              """
                  .getBytes(StandardCharsets.UTF_8)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static ServerSocketChannel listen(Path socket) throws IOException {
    return ServerSocketChannel.open(StandardProtocolFamily.UNIX)
        .bind(UnixDomainSocketAddress.of(socket));
  }
}
