package dev.sluice.node.flow;

import dev.sluice.core.cluster.ClusterRecord.NamedPort;
import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.desired.Needed;
import dev.sluice.core.desired.RuleWords;
import dev.sluice.core.dns.SelectorSet;
import dev.sluice.core.log.Change;
import dev.sluice.core.node.KernelEntry.Direction;
import dev.sluice.node.mirror.FoldListener;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What a packet that default deny drops would have needed, in words. Written by the applier's
 * thread as groups of topic desired become whole. Asked by one other thread, which may see a group
 * half taken: the words explain, no verdict follows from them. An answer is remembered until
 * anything changes, so that the same drop again costs one look.
 */
public final class NeedBook implements FoldListener {
  private static final int REMEMBERED = 8_192;

  private final Map<Integer, DesiredRecord.SubjectPolicy> policies = new ConcurrentHashMap<>();
  private final Map<String, String> selectors = new ConcurrentHashMap<>();
  private final Map<Integer, Set<String>> selecting = new ConcurrentHashMap<>();
  private final Map<Integer, List<NamedPort>> ports = new ConcurrentHashMap<>();
  private final Map<Integer, SelectorSet> sets = new ConcurrentHashMap<>();
  private volatile long version;

  private final Map<Question, String> answers = new LinkedHashMap<>(16, 0.75f, true);
  private long answeredVersion;

  /**
   * Traffic that was dropped.
   *
   * @param direction of the policy that dropped it
   * @param port destination port of the connection; of ICMP the type
   * @param audited whether rules that only tell took part
   */
  record Question(
      int subject, Direction direction, int peer, int protocol, int port, boolean audited) {}

  @Override
  public void restarted() {
    policies.clear();
    selectors.clear();
    selecting.clear();
    ports.clear();
    sets.clear();
    touched();
  }

  @Override
  public void changed(Change<DesiredRecord> change) {
    switch (change.value()) {
      case DesiredRecord.SubjectPolicy policy -> policies.put(policy.identity(), policy);
      case DesiredRecord.Selector selector -> selectors.put(selector.id(), selector.text());
      case DesiredRecord.Member(String selector, int identity) ->
          selecting
              .computeIfAbsent(identity, unused -> ConcurrentHashMap.newKeySet())
              .add(selector);
      case DesiredRecord.IdentityPorts row -> ports.put(row.identity(), row.ports());
      case null -> forget(change);
      default -> {
        return;
      }
    }
    touched();
  }

  private void forget(Change<DesiredRecord> change) {
    String[] key = change.key().split("/");
    switch (key[0]) {
      case "policy" -> policies.remove(Integer.parseInt(key[1]));
      case "selector" -> selectors.remove(key[1]);
      case "ports" -> ports.remove(Integer.parseInt(key[1]));
      case "member" ->
          selecting.computeIfPresent(
              Integer.parseInt(key[2]),
              (identity, selected) -> {
                selected.remove(key[1]);
                return selected.isEmpty() ? null : selected;
              });
      default -> {
        // Nothing that is remembered here.
      }
    }
  }

  @Override
  public void named(int number, SelectorSet set) {
    sets.put(number, set);
    touched();
  }

  @Override
  public void unnamed(int number) {
    sets.remove(number);
    touched();
  }

  /** Only the applier's thread writes it. */
  private void touched() {
    version = version + 1;
  }

  /**
   * {@code from app=reporting in shop on 8080/TCP; nearest is app=frontend in shop on 8080/TCP by
   * CiliumNetworkPolicy/shop/backend#spec.ingress[0]}.
   *
   * @param peer words for the peer
   */
  String needed(Question question, String peer) {
    long now = version;
    if (now != answeredVersion) {
      answers.clear();
      answeredVersion = now;
    }
    String known = answers.get(question);
    if (known != null) {
      return known;
    }
    String answer = answer(question, peer);
    if (answers.size() >= REMEMBERED) {
      answers.remove(answers.keySet().iterator().next());
    }
    answers.put(question, answer);
    return answer;
  }

  private String answer(Question question, String peer) {
    boolean ingress = question.direction == Direction.INGRESS;
    StringBuilder words = new StringBuilder(ingress ? "from " : "to ");
    words.append(peer).append(" on ");
    words.append(RuleWords.port(question.protocol, question.port));
    DesiredRecord.SubjectPolicy policy = policies.get(question.subject);
    if (policy == null) {
      return words.append("; it has no policy yet").toString();
    }
    List<Needed> needed =
        Needed.of(
            ingress ? policy.ingress() : policy.egress(),
            id -> selects(id, question.peer),
            ports.getOrDefault(ingress ? question.subject : question.peer, List.of()),
            question.audited,
            question.protocol,
            question.port);
    if (needed.isEmpty()) {
      return words
          .append("; no rule allows any ")
          .append(question.direction.name().toLowerCase(Locale.ROOT))
          .toString();
    }
    Needed nearest = needed.getFirst();
    return words
        .append("; nearest is ")
        .append(nearest.words(id -> selectors.getOrDefault(id, id)))
        .append(" by ")
        .append(nearest.rule().origins().getFirst())
        .toString();
  }

  private boolean selects(String selector, int identity) {
    if (selecting.getOrDefault(identity, Set.of()).contains(selector)) {
      return true;
    }
    SelectorSet set = sets.get(identity);
    return set != null && (set.selectors().contains(selector) || selects(selector, set.base()));
  }
}
