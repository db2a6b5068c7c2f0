package dev.sluice.node;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The process that has the node when another one starts. */
final class Predecessor {
  private static final Logger LOG = LoggerFactory.getLogger(Predecessor.class);

  private Predecessor() {}

  /** Asks it to leave, if there is one; that it has left is told by the {@link NodeLock}. */
  static void leave(Path socket) {
    if (!Files.exists(socket)) {
      return;
    }
    try (SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(socket));
      channel.write(ByteBuffer.wrap("{\"op\":\"leave\"}\n".getBytes(StandardCharsets.UTF_8)));
      LOG.info("the process that has the node leaves");
    } catch (IOException e) {
      LOG.debug("nobody to take over from: {}", e.getMessage());
    }
  }
}
