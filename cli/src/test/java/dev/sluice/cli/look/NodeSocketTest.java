package dev.sluice.cli.look;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.sluice.cli.Refusal;
import dev.sluice.lab.LabState;
import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NodeSocketTest {
  /** A stopped process has a socket that takes connections. */
  @Test
  void whoSaysNothingIsNotWaitedForWithoutEnd(@TempDir Path folder) throws IOException {
    Path silent = folder.resolve("s.sock");
    try (ServerSocketChannel server =
            ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                .bind(UnixDomainSocketAddress.of(silent));
        NodeSocket socket =
            NodeSocket.open(new LabState.Node("node-1", 1, "", silent.toString(), ""))) {
      Refusal refusal =
          assertThrows(
              Refusal.class,
              () -> socket.ask(JsonNodeFactory.instance.objectNode(), Duration.ZERO));
      assertEquals(
          "The applier of node-1 has not answered for 0 s: is it stopped? See 'sluice lab status'",
          refusal.getMessage());
      assertEquals(true, server.isOpen());
    }
  }
}
