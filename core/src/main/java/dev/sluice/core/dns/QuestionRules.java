package dev.sluice.core.dns;

import dev.sluice.core.desired.DesiredRecord.CompiledRule;
import dev.sluice.core.desired.DesiredRecord.DirectionPolicy;
import dev.sluice.core.desired.DesiredRecord.RuleVerdict;
import dev.sluice.core.policy.FqdnSelector;
import dev.sluice.core.policy.L7Rules;
import dev.sluice.core.policy.L7Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.Predicate;

/**
 * Which questions one subject may put to one server. The rules that apply to the flow are asked as
 * the kernel's entries were made: the first precedence at which any rule speaks decides, a deny
 * before all else; a rule without names lets every question pass, since the port is allowed anyway.
 *
 * @param every every name may be asked for
 * @param names the names that may be
 * @param origins {@code kind/namespace/name#path} of the rules that speak, sorted
 */
public record QuestionRules(boolean every, List<FqdnSelector> names, List<String> origins) {
  /** The first line of a compiled rule's {@code redirect} that is about names. */
  public static final String KIND = "dns";

  /** Nothing may be asked. */
  public static final QuestionRules NONE = new QuestionRules(false, List.of(), List.of());

  /** Whether a compiled rule hands its traffic to the DNS proxy. */
  public static boolean concerns(CompiledRule rule) {
    return rule.verdict() == RuleVerdict.REDIRECT
        && (rule.redirect().equals(KIND) || rule.redirect().startsWith(KIND + "\n"));
  }

  /**
   * @param policy the subject's egress
   * @param selects whether a selector, by its id, selects the server
   */
  public static QuestionRules of(
      DirectionPolicy policy, Predicate<String> selects, int protocol, int port) {
    List<CompiledRule> applying =
        policy.rules().stream()
            .filter(rule -> !rule.audited())
            .filter(rule -> applies(rule, selects, protocol, port))
            .toList();
    Optional<Integer> first =
        applying.stream()
            .filter(rule -> rule.verdict() != RuleVerdict.PASS)
            .map(CompiledRule::precedence)
            .max(Integer::compare);
    if (first.isEmpty()) {
      return new QuestionRules(!policy.enforced(), List.of(), List.of());
    }
    boolean every = !policy.enforced();
    List<FqdnSelector> names = new ArrayList<>();
    TreeSet<String> origins = new TreeSet<>();
    for (CompiledRule rule : applying) {
      if (rule.precedence() != first.get()) {
        continue;
      }
      switch (rule.verdict()) {
        case DENY -> {
          return new QuestionRules(false, List.of(), rule.origins());
        }
        case ALLOW -> every = true;
        case REDIRECT -> names.addAll(names(rule));
        case PASS, AUDIT -> {}
      }
      origins.addAll(rule.origins());
    }
    return new QuestionRules(every, List.copyOf(names), List.copyOf(origins));
  }

  /**
   * Whether questions of this flow come to the proxy at all: some rule of the deciding precedence
   * hands them over.
   *
   * @param policy as for {@link #of}
   */
  public static boolean passProxy(
      DirectionPolicy policy, Predicate<String> selects, int protocol, int port) {
    List<CompiledRule> applying =
        policy.rules().stream()
            .filter(rule -> !rule.audited() && rule.verdict() != RuleVerdict.PASS)
            .filter(rule -> applies(rule, selects, protocol, port))
            .toList();
    int first = applying.stream().mapToInt(CompiledRule::precedence).max().orElse(0);
    return applying.stream()
        .filter(rule -> rule.precedence() == first)
        .anyMatch(QuestionRules::concerns);
  }

  private static boolean applies(
      CompiledRule rule, Predicate<String> selects, int protocol, int port) {
    return (rule.selector().isEmpty() || selects.test(rule.selector()))
        && (rule.protocol() == 0 || rule.protocol() == protocol)
        && rule.portFirst() <= port
        && port <= rule.portLast();
  }

  private static List<FqdnSelector> names(CompiledRule rule) {
    if (!concerns(rule)) {
      return List.of();
    }
    return L7Text.parse(rule.redirect()) instanceof L7Rules.Dns(List<FqdnSelector> all)
        ? all
        : List.of();
  }

  /** Whether a name, as {@link DnsName} writes it, may be asked for. */
  public boolean allow(String name) {
    return every || names.stream().anyMatch(selector -> selector.matches(name));
  }
}
