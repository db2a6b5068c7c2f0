package dev.sluice.core.compile;

import dev.sluice.core.label.LabelSet;
import dev.sluice.core.policy.Finding;
import dev.sluice.core.policy.LabelSelector;
import dev.sluice.core.policy.Policy;
import dev.sluice.core.policy.PolicyRule;
import dev.sluice.core.policy.PortProtocol;
import dev.sluice.core.policy.TrafficRule;
import dev.sluice.core.service.ServiceFacts;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;

/**
 * Rules with the port of a Service where the container's is meant: policy is asked after the
 * Service has been translated, so that such a rule allows nothing. Kept for each selector and port
 * that rules ask for; who asks is told when the answer changes.
 */
final class ServicePortCheck implements PolicyCheck {
  /** Identities of one rule that are looked at: pods that run the same have the same ports. */
  static final int LOOKED_AT = 8;

  /** A port that rules ask for at those whom a selector selects. */
  private record Question(PortProtocol protocol, int port) {
    private static final Comparator<Question> ORDER =
        Comparator.comparing(Question::protocol).thenComparingInt(Question::port);
  }

  /** Who asks, each with how often, and what they are told; null for nothing. */
  private static final class Answer {
    private final TreeMap<String, Integer> policies = new TreeMap<>();
    private String message;
  }

  private final Compilation compilation;
  private final KnownServices services;

  /** By selector id. */
  private final Map<String, TreeMap<Question, Answer>> answers = new HashMap<>();

  ServicePortCheck(Compilation compilation, KnownServices services) {
    this.compilation = compilation;
    this.services = services;
  }

  /**
   * A Service changed.
   *
   * @return the policies to which that makes a difference
   */
  Set<String> changed(KnownServices.Change change) {
    TreeSet<String> selectors = new TreeSet<>();
    for (ServiceFacts facts : Arrays.asList(change.before(), change.now())) {
      if (facts != null) {
        KnownServices.pods(facts).ifPresent(pods -> destinations(pods, selectors));
      }
    }
    TreeSet<String> policies = new TreeSet<>();
    selectors.forEach(id -> policies.addAll(answerAgain(id)));
    return policies;
  }

  /** The selectors of which somebody asks, and that select some of these pods. */
  private void destinations(LabelSelector pods, Set<String> into) {
    for (int number : compilation.identities().select(pods)) {
      for (SelectorTable.Entry<?> entry : compilation.selecting(number)) {
        if (answers.containsKey(entry.selector().id())) {
          into.add(entry.selector().id());
        }
      }
    }
  }

  /** A policy came into force. */
  void use(CompiledPolicy policy) {
    questions(
        policy.policy(),
        (selector, port) -> {
          Answer answer =
              answers
                  .computeIfAbsent(selector.id(), unused -> new TreeMap<>(Question.ORDER))
                  .computeIfAbsent(question(port), unused -> new Answer());
          if (answer.policies.isEmpty()) {
            answer.message = answer(selector.id(), question(port));
          }
          answer.policies.merge(policy.text(), 1, Integer::sum);
        });
  }

  /** A policy is in force no longer. */
  void release(CompiledPolicy policy) {
    questions(
        policy.policy(),
        (selector, port) -> {
          TreeMap<Question, Answer> asked = answers.get(selector.id());
          Answer answer = asked.get(question(port));
          answer.policies.merge(policy.text(), -1, Integer::sum);
          answer.policies.remove(policy.text(), 0);
          if (answer.policies.isEmpty()) {
            asked.remove(question(port));
          }
          if (asked.isEmpty()) {
            answers.remove(selector.id());
          }
        });
  }

  /**
   * Among the first whom a selector selects somebody came, went or has other ports.
   *
   * @return the policies to which that makes a difference
   */
  Set<String> answerAgain(String selector) {
    TreeSet<String> policies = new TreeSet<>();
    answers
        .getOrDefault(selector, new TreeMap<>(Question.ORDER))
        .forEach(
            (question, answer) -> {
              String message = answer(selector, question);
              if (!Objects.equals(message, answer.message)) {
                answer.message = message;
                policies.addAll(answer.policies.keySet());
              }
            });
    return policies;
  }

  @Override
  public void check(Policy policy, List<Finding> told) {
    Set<String> paths = new HashSet<>();
    questions(
        policy,
        (selector, port) -> {
          String message = answers.get(selector.id()).get(question(port)).message;
          if (message != null && paths.add(port.path())) {
            told.add(PolicyCheck.warning(PolicyWarnings.SERVICE_PORT, port.path(), message));
          }
        });
  }

  /** Calls with each destination and port that a policy's rules ask for. */
  private static void questions(
      Policy policy, BiConsumer<LabelSelector, TrafficRule.PortRule> asked) {
    for (PolicyRule rule : policy.rules()) {
      rule.ingress().rules().forEach(one -> questions(one, List.of(rule.subject()), asked));
      rule.egress().rules().forEach(one -> questions(one, peers(one), asked));
    }
  }

  private static void questions(
      TrafficRule rule,
      List<LabelSelector> destinations,
      BiConsumer<LabelSelector, TrafficRule.PortRule> asked) {
    for (TrafficRule.PortRule port : rule.ports()) {
      if (port.ports() instanceof TrafficRule.Ports.Range(int first, int last)
          && first == last
          && port.protocol().hasPorts()) {
        destinations.forEach(selector -> asked.accept(selector, port));
      }
    }
  }

  private static Question question(TrafficRule.PortRule port) {
    return new Question(port.protocol(), ((TrafficRule.Ports.Range) port.ports()).first());
  }

  private static List<LabelSelector> peers(TrafficRule rule) {
    List<LabelSelector> selectors = new ArrayList<>();
    if (rule.peers() instanceof TrafficRule.Peers.AnyOf(List<TrafficRule.Peer> peers)) {
      for (TrafficRule.Peer peer : peers) {
        if (peer instanceof TrafficRule.Peer.Endpoints endpoints) {
          selectors.add(endpoints.selector());
        }
      }
    }
    return selectors;
  }

  /** What to tell who asks; null for nothing. */
  private String answer(String selector, Question question) {
    int left = LOOKED_AT;
    for (int number : compilation.selected(selector).live()) {
      if (left-- == 0) {
        break;
      }
      LabelSet labels = compilation.identities().labels(number);
      for (ServiceFacts service : services.of(labels)) {
        Optional<String> message = mistaken(service, question, number);
        if (message.isPresent()) {
          return message.get();
        }
      }
    }
    return null;
  }

  private Optional<String> mistaken(ServiceFacts service, Question question, int identity) {
    Set<String> targets = new TreeSet<>();
    for (ServiceFacts.Port one : service.ports()) {
      if (question.protocol.numbers().contains(one.protocol().number())) {
        if (targets(one, identity).contains(question.port)) {
          return Optional.empty();
        }
        if (one.port() == question.port) {
          targets.add(one.target());
        }
      }
    }
    return targets.isEmpty()
        ? Optional.empty()
        : Optional.of(
            "%d is the port of Service %s, and policy sees the port of the container: write %s"
                .formatted(
                    question.port, service.key(), "\"" + String.join("\", \"", targets) + "\""));
  }

  /** The numbers that a Service's port leads to on a pod. */
  private Set<Integer> targets(ServiceFacts.Port port, int identity) {
    if (port.targetNumber() != 0) {
      return Set.of(port.targetNumber());
    }
    Set<Integer> numbers = new TreeSet<>();
    var row = compilation.portNames().row(identity);
    if (row != null) {
      row.ports().stream()
          .filter(named -> named.name().equals(port.target()))
          .forEach(named -> numbers.add(named.port()));
    }
    return numbers;
  }
}
