package dev.sluice.node.proxy.dns;

import dev.sluice.core.dns.DnsEvent;
import dev.sluice.core.dns.DnsMessage;
import dev.sluice.core.dns.DnsRecord;
import dev.sluice.core.dns.Exchange;
import dev.sluice.core.dns.Lesson;
import dev.sluice.core.dns.MalformedDnsException;
import dev.sluice.node.apply.NoRoomException;
import dev.sluice.node.proxy.dns.DnsSeen.Outcome;
import dev.sluice.node.proxy.socket.Peer;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * What happens to one message, whichever transport it came by: decides, learns, counts and tells.
 * It sends nothing. Any thread, as its desk.
 */
public final class DnsConversation {
  private final String node;
  private final DnsDesk desk;
  private final DnsCounts counts;
  private final Clock clock;
  private final int rejectCode;

  /**
   * @param rejectCode what a question that no policy allows is answered with
   */
  public DnsConversation(String node, DnsDesk desk, DnsCounts counts, Clock clock, int rejectCode) {
    this.node = node;
    this.desk = desk;
    this.counts = counts;
    this.clock = clock;
    this.rejectCode = rejectCode;
  }

  /** What to do with a question: ask the server, or reply at once, or (neither) drop it. */
  public record Question(Optional<Exchange> ask, Optional<byte[]> reply) {}

  /**
   * An answer for the pod.
   *
   * @param usable when it may be sent; completed when it may be sent now
   * @param instead what is sent when that takes too long
   * @param given to be told which was sent: true for the answer
   */
  public record Answer(
      byte[] bytes, byte[] instead, CompletableFuture<Void> usable, Consumer<Boolean> given) {}

  /** One question and who asked. */
  public record Asked(
      Peer client, Peer server, int protocol, FlowRules rules, Exchange exchange, long nanos) {}

  /**
   * A question came.
   *
   * @param serverId the id that the server will see
   */
  public Question question(
      Peer client, Peer server, int protocol, FlowRules rules, byte[] bytes, int serverId) {
    counts.queries.increment();
    DnsMessage query;
    try {
      query = DnsMessage.query(bytes, bytes.length);
    } catch (MalformedDnsException e) {
      counts.malformed.increment();
      desk.seen(seen(client, server, protocol, rules, Outcome.MALFORMED));
      return new Question(Optional.empty(), Exchange.formatError(bytes, bytes.length));
    }
    boolean allowed =
        query.question().isOfName() && rules.questions().allow(query.question().name());
    Outcome outcome = allowed ? Outcome.ASKED : Outcome.REFUSED;
    desk.seen(
        new DnsSeen(
            client, server, protocol, rules, query.question(), outcome, null, 0, List.of(), 0));
    if (!allowed) {
      counts.refused.increment();
      return new Question(Optional.empty(), Optional.of(Exchange.reply(query, bytes, rejectCode)));
    }
    return new Question(
        Optional.of(new Exchange(query.id(), serverId, query.question(), bytes)), Optional.empty());
  }

  private static DnsSeen seen(
      Peer client, Peer server, int protocol, FlowRules rules, Outcome outcome) {
    return new DnsSeen(client, server, protocol, rules, null, outcome, null, 0, List.of(), 0);
  }

  /**
   * Something came from the server that was asked.
   *
   * @return empty when it answers nothing: go on waiting
   */
  public Optional<Answer> answer(Asked asked, byte[] bytes) {
    DnsMessage response;
    try {
      response = DnsMessage.response(bytes, bytes.length);
    } catch (MalformedDnsException e) {
      counts.malformed.increment();
      return Optional.empty();
    }
    if (asked.exchange().mismatch(response).isPresent()) {
      counts.mismatched.increment();
      return Optional.empty();
    }
    Lesson lesson = Lesson.of(asked.exchange().question(), response);
    byte[] toClient = asked.exchange().toClient(bytes);
    CompletableFuture<Void> usable = CompletableFuture.completedFuture(null);
    if (!asked.rules().trusted() && !lesson.ttlSeconds().isEmpty()) {
      counts.untrusted.increment();
    }
    if (!desk.usable(asked.rules(), lesson)) {
      counts.held.increment();
      usable = desk.learn(asked.rules(), answered(asked, lesson));
    }
    CompletableFuture<Void> waited = usable;
    return Optional.of(
        new Answer(
            toClient,
            failure(asked),
            usable,
            given -> tell(asked, response, lesson, given ? Outcome.ANSWERED : failure(waited))));
  }

  private DnsEvent.Answered answered(Asked asked, Lesson lesson) {
    return new DnsEvent.Answered(
        clock.millis(),
        node,
        lesson.name(),
        lesson.ttlSeconds(),
        asked.rules().pod(),
        asked.client().address().toString(),
        asked.server().address().toString());
  }

  private static Outcome failure(CompletableFuture<Void> usable) {
    Throwable why = usable.isCompletedExceptionally() ? usable.exceptionNow() : null;
    return why instanceof NoRoomException
        ? Outcome.NO_ROOM
        : why instanceof UncheckedIOException ? Outcome.NOT_KEPT : Outcome.HELD_TOO_LONG;
  }

  private void tell(Asked asked, DnsMessage response, Lesson lesson, Outcome outcome) {
    boolean given = outcome == Outcome.ANSWERED;
    (switch (outcome) {
          case ANSWERED -> counts.answered;
          case NO_ROOM -> counts.noRoom;
          case NOT_KEPT -> counts.notKept;
          default -> counts.heldTooLong;
        })
        .increment();
    desk.seen(
        new DnsSeen(
            asked.client(),
            asked.server(),
            asked.protocol(),
            asked.rules(),
            asked.exchange().question(),
            outcome,
            lesson,
            given ? response.rcode() : Exchange.SERVFAIL,
            response.answers().stream().map(DnsRecord::type).distinct().toList(),
            System.nanoTime() - asked.nanos()));
  }

  /** SERVFAIL to a question. */
  public static byte[] failure(Asked asked) {
    byte[] query = asked.exchange().query();
    try {
      return Exchange.reply(DnsMessage.query(query, query.length), query, Exchange.SERVFAIL);
    } catch (MalformedDnsException e) {
      throw new IllegalStateException("it was read before", e);
    }
  }

  DnsCounts counts() {
    return counts;
  }

  DnsDesk desk() {
    return desk;
  }
}
