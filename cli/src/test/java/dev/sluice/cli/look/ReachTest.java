package dev.sluice.cli.look;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.cli.Main;
import dev.sluice.cli.Refusal;
import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.config.Settings;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReachTest {
  /** A port that is taken, so that no other process gets it, and on which nobody listens. */
  private static Socket closedPort() throws IOException {
    Socket taken = new Socket();
    taken.bind(new InetSocketAddress(0)); // in both families
    return taken;
  }

  private static ServerSocket listener() throws IOException {
    return new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
  }

  private static Settings settings(String kafka, String registry) {
    return Settings.defaults()
        .with(Setting.KAFKA_BOOTSTRAP_SERVERS, kafka)
        .with(Setting.SCHEMA_REGISTRY_URL, registry);
  }

  @Test
  void aCommandSaysWhatAddressWasTried() throws IOException {
    try (Socket closed = closedPort()) {
      String address = "127.0.0.1:" + closed.getLocalPort();
      StringWriter err = new StringWriter();
      int status =
          Main.commandLine()
              .setErr(new PrintWriter(err))
              .execute(
                  "history", "--bootstrap-servers", address, "--registry", "http://" + address);
      assertEquals(1, status);
      assertEquals(
          "Kafka cannot be reached at "
              + address
              + " (Connection refused): is it running, and is that its address?",
          err.toString().strip());
    }
  }

  @Test
  void oneOfSeveralIsEnough() throws IOException {
    try (Socket closed = closedPort();
        ServerSocket open = listener()) {
      String here = "127.0.0.1:" + open.getLocalPort();
      Reach.check(
          settings("127.0.0.1:" + closed.getLocalPort() + ", " + here, "http://" + here + "/x/"),
          "never");
    }
  }

  @Test
  void theRegistryIsLookedForToo() throws IOException {
    try (Socket closed = closedPort();
        ServerSocket open = listener()) {
      String url = "http://127.0.0.1:" + closed.getLocalPort();
      Settings settings = settings("127.0.0.1:" + open.getLocalPort(), url);
      String sentence =
          assertThrows(Refusal.class, () -> Reach.check(settings, "look")).getMessage();
      assertEquals(
          "The schema registry cannot be reached at " + url + " (Connection refused): look",
          sentence);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"[::1]:%d", "localhost:%d", "http://[::1]:%d/", "http://127.0.0.1:%d"})
  void addressesOfAllFormsAreTried(String form) throws IOException {
    try (Socket closed = closedPort();
        ServerSocket open = listener()) {
      String address = form.formatted(closed.getLocalPort());
      boolean url = address.startsWith("http");
      String here = "127.0.0.1:" + open.getLocalPort();
      Settings settings = url ? settings(here, address) : settings(address, "http://" + here);
      String sentence =
          assertThrows(Refusal.class, () -> Reach.check(settings, "look")).getMessage();
      assertTrue(sentence.contains("cannot be reached at " + address + " ("), sentence);
    }
  }

  /** What is no address is left to the client, which says what is wrong with it. */
  @Test
  void whatIsNoAddressIsNotTried() {
    Reach.check(settings("here", "there"), "never");
    Reach.check(settings("here:99999", "http://no host/"), "never");
  }
}
