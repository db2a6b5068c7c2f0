package dev.sluice.node.proxy.dns;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.core.dns.DnsEvent;
import dev.sluice.core.dns.Exchange;
import dev.sluice.core.dns.Lesson;
import dev.sluice.core.dns.QuestionRules;
import dev.sluice.core.net.IpAddress;
import dev.sluice.node.apply.NoRoomException;
import dev.sluice.node.proxy.dns.DnsSeen.Outcome;
import dev.sluice.node.proxy.socket.Peer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** Why a pod gets a failure where the server had an answer: each is counted by its own name. */
class DnsConversationTest {
  private static final Peer POD = new Peer(IpAddress.parse("10.0.1.10"), 40_000);
  private static final Peer SERVER = new Peer(IpAddress.parse("10.0.1.253"), 53);

  /** A rule of port 53 without names lets every question pass. */
  private static final FlowRules RULES =
      new FlowRules(
          "shop/pay", 7, 256, 300, new QuestionRules(true, List.of(), List.of()), true, true);

  /** Of the address of a.example. */
  private static final String QUESTION = "0161 07 6578616d706c65 00 0001 0001";

  private static final byte[] QUERY = bytes("1234 0100 0001 0000 0000 0000" + QUESTION);
  private static final byte[] RESPONSE =
      bytes("0007 8180 0001 0001 0000 0000" + QUESTION + "c00c 0001 0001 0000003c 0004 cb00710a");

  private final DnsCounts counts = new DnsCounts();
  private final List<Outcome> outcomes = new ArrayList<>();
  private CompletableFuture<Void> learned = CompletableFuture.completedFuture(null);

  private final DnsDesk desk =
      new DnsDesk() {
        @Override
        public CompletableFuture<FlowRules> rules(Peer client, Peer server, int protocol) {
          return CompletableFuture.completedFuture(RULES);
        }

        @Override
        public boolean usable(FlowRules asker, Lesson lesson) {
          return false;
        }

        @Override
        public CompletableFuture<Void> learn(FlowRules asker, DnsEvent.Answered answer) {
          assertEquals(
              Map.of(IpAddress.parse("203.0.113.10"), 60L), new TreeMap<>(answer.ttlSeconds()));
          return learned;
        }

        @Override
        public void seen(DnsSeen seen) {
          outcomes.add(seen.outcome());
        }
      };

  private final DnsConversation conversation =
      new DnsConversation("node-1", desk, counts, Clock.systemUTC(), Exchange.REFUSED);

  private static byte[] bytes(String hex) {
    return HexFormat.of().parseHex(hex.replace(" ", ""));
  }

  /** Asks, and gives the answer as the proxy does that has no time to wait; what the pod gets. */
  private byte[] exchange() {
    Exchange exchange =
        conversation.question(POD, SERVER, DnsDesk.UDP, RULES, QUERY, 7).ask().orElseThrow();
    DnsConversation.Asked asked =
        new DnsConversation.Asked(POD, SERVER, DnsDesk.UDP, RULES, exchange, System.nanoTime());
    List<byte[]> given = new ArrayList<>();
    HeldAnswers held = new HeldAnswers(0, Runnable::run);
    held.give(conversation.answer(asked, RESPONSE).orElseThrow(), given::add);
    held.expire(System.nanoTime());
    assertEquals(1, given.size());
    return given.getFirst();
  }

  private static int rcode(byte[] message) {
    return message[3] & 15;
  }

  private void assertOnly(String count) {
    Map<String, Long> all = new TreeMap<>(counts.all());
    all.values().removeIf(value -> value == 0);
    assertEquals(Map.of("queries", 1L, "held", 1L, count, 1L), all);
  }

  @Test
  void whatIsUsableGoesAsItCame() {
    byte[] given = exchange();
    assertArrayEquals(bytes("1234"), new byte[] {given[0], given[1]});
    assertEquals(RESPONSE.length, given.length);
    assertOnly("answered");
    assertEquals(List.of(Outcome.ASKED, Outcome.ANSWERED), outcomes);
  }

  @Test
  void whatTakesTooLong() {
    learned = new CompletableFuture<>();
    assertEquals(Exchange.SERVFAIL, rcode(exchange()));
    assertOnly("heldTooLong");
    assertEquals(List.of(Outcome.ASKED, Outcome.HELD_TOO_LONG), outcomes);
  }

  @Test
  void whatTheMapsHaveNoRoomFor() {
    learned = CompletableFuture.failedFuture(new NoRoomException("full"));
    assertEquals(Exchange.SERVFAIL, rcode(exchange()));
    assertOnly("noRoom");
    assertEquals(List.of(Outcome.ASKED, Outcome.NO_ROOM), outcomes);
  }

  @Test
  void whatTheDiskHasNoRoomFor() {
    // As it comes from the applier's thread.
    learned =
        CompletableFuture.supplyAsync(
                () -> {
                  throw new UncheckedIOException(new IOException("No space left on device"));
                })
            .thenCompose(ignored -> CompletableFuture.completedFuture(null));
    learned.exceptionally(failed -> null).join();
    assertEquals(Exchange.SERVFAIL, rcode(exchange()));
    assertOnly("notKept");
    assertEquals(List.of(Outcome.ASKED, Outcome.NOT_KEPT), outcomes);
  }
}
