package dev.sluice.node.proxy.dns;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;

/** What the proxy did, in numbers that only grow. Any thread. */
public final class DnsCounts {
  /** Questions taken from pods. */
  public final LongAdder queries = new LongAdder();

  /** Datagrams of pods that the proxy's sockets had no place for. */
  public final LongAdder overflowed = new LongAdder();

  /** Questions that no policy allows. */
  public final LongAdder refused = new LongAdder();

  /** Messages that made no sense, from either side. */
  public final LongAdder malformed = new LongAdder();

  /** Messages from a server that answer nothing that was asked of it. */
  public final LongAdder mismatched = new LongAdder();

  /** Answers given to pods. */
  public final LongAdder answered = new LongAdder();

  /** Answers that waited for the kernel. */
  public final LongAdder held = new LongAdder();

  /** Answers whose addresses did not become usable in time: SERVFAIL. */
  public final LongAdder heldTooLong = new LongAdder();

  /** Answers whose addresses the node's maps have no room for: SERVFAIL. */
  public final LongAdder noRoom = new LongAdder();

  /** Answers that could not be written down for this process's successor: SERVFAIL. */
  public final LongAdder notKept = new LongAdder();

  /** Datagrams for pods that the kernel did not take. */
  public final LongAdder unsent = new LongAdder();

  /** Answers of resolvers whose word counts for the asker alone. */
  public final LongAdder untrusted = new LongAdder();

  /** Questions that no server answered in time. */
  public final LongAdder unanswered = new LongAdder();

  /** Connections taken from pods. */
  public final LongAdder connections = new LongAdder();

  /** Connections that were too many. */
  public final LongAdder connectionsRefused = new LongAdder();

  /** Connections ended because nothing was asked over them. */
  public final LongAdder connectionsIdle = new LongAdder();

  /** All, by name. */
  public Map<String, Long> all() {
    Map<String, Long> all = new TreeMap<>();
    all.put("queries", queries.sum());
    all.put("overflowed", overflowed.sum());
    all.put("refused", refused.sum());
    all.put("malformed", malformed.sum());
    all.put("mismatched", mismatched.sum());
    all.put("answered", answered.sum());
    all.put("held", held.sum());
    all.put("heldTooLong", heldTooLong.sum());
    all.put("noRoom", noRoom.sum());
    all.put("notKept", notKept.sum());
    all.put("unsent", unsent.sum());
    all.put("untrusted", untrusted.sum());
    all.put("unanswered", unanswered.sum());
    all.put("connections", connections.sum());
    all.put("connectionsRefused", connectionsRefused.sum());
    all.put("connectionsIdle", connectionsIdle.sum());
    return all;
  }
}
