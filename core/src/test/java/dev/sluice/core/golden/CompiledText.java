package dev.sluice.core.golden;

import dev.sluice.core.cluster.ClusterRecord;
import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.desired.DesiredRecord.CompiledRule;
import dev.sluice.core.desired.DesiredRecord.DirectionPolicy;
import dev.sluice.core.desired.Precedence;
import dev.sluice.core.log.Change;
import dev.sluice.core.proof.CompiledWorld;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What an object is compiled to, for goldens: selectors with whom they select, the rules of every
 * subject that has some, their entries in the kernel's maps, and what it adds to the addresses.
 */
final class CompiledText {
  private static final int LAST_PORT = 65535;
  private static final String NO_RULES = "  ingress\n  egress\n";

  private final StringBuilder text = new StringBuilder();
  private final CompiledWorld world;
  private final String policy;
  private final List<Change<DesiredRecord>> desired;
  private final Names names;

  private CompiledText(CompiledWorld world, String policy) {
    this.world = world;
    this.policy = policy;
    this.desired = world.policy().image();
    this.names = new Names(world);
  }

  /**
   * @param policy {@code kind/namespace/name} of the one whose name goes without saying
   */
  static String of(CompiledWorld world, String policy) {
    CompiledText text = new CompiledText(world, policy);
    text.selectors();
    text.policies();
    text.maps();
    return text.text.toString();
  }

  private void selectors() {
    Map<String, TreeSet<String>> members = new TreeMap<>();
    for (Change<DesiredRecord> change : desired) {
      if (change.value() instanceof DesiredRecord.Member(String selector, int identity)) {
        members.computeIfAbsent(selector, unused -> new TreeSet<>()).add(names.of(identity));
      }
    }
    text.append("selectors\n");
    for (Change<DesiredRecord> change : desired) {
      if (change.value() instanceof DesiredRecord.Selector selector) {
        text.append("  ").append(selector.id()).append(' ').append(selector.text()).append('\n');
        TreeSet<String> selected = members.getOrDefault(selector.id(), new TreeSet<>());
        selected.forEach(name -> text.append("    ").append(name).append('\n'));
        if (selected.isEmpty()) {
          text.append("    nobody\n");
        }
      }
    }
  }

  private void policies() {
    Map<String, TreeSet<String>> subjects = new TreeMap<>();
    for (Change<DesiredRecord> change : desired) {
      if (change.value() instanceof DesiredRecord.SubjectPolicy subject) {
        String rules = side("ingress", subject.ingress()) + side("egress", subject.egress());
        if (rules.equals(NO_RULES)) {
          continue;
        }
        subjects
            .computeIfAbsent(rules, unused -> new TreeSet<>())
            .add(names.of(subject.identity()));
      }
    }
    byNames(subjects)
        .forEach(
            (name, rules) -> text.append("policy of ").append(name).append('\n').append(rules));
  }

  private String side(String direction, DirectionPolicy side) {
    StringBuilder lines = new StringBuilder("  " + direction);
    lines.append(side.enforced() ? ", default deny by " + origins(side.enforcedBy()) : "");
    lines.append(side.auditedBy().isEmpty() ? "" : ", audited by " + origins(side.auditedBy()));
    lines.append('\n');
    for (CompiledRule rule : side.rules()) {
      lines
          .append("    ")
          .append(Precedence.tier(rule.precedence()).name().toLowerCase(Locale.ROOT))
          .append(' ')
          .append(Precedence.of(Precedence.tier(rule.precedence()), 0) - rule.precedence())
          .append(rule.audited() ? " audited " : " ")
          .append(rule.verdict().name().toLowerCase(Locale.ROOT))
          .append(' ')
          .append(rule.selector().isEmpty() ? "anyone" : rule.selector())
          .append(' ')
          .append(rule.namesPort() ? rule.portName() : ports(rule.portFirst(), rule.portLast()))
          .append('/')
          .append(EntryLines.protocol(rule.protocol()))
          .append(rule.redirect().isEmpty() ? "" : " if " + oneLine(rule.redirect()))
          .append(" by ")
          .append(origins(rule.origins()))
          .append('\n');
    }
    return lines.toString();
  }

  private void maps() {
    Map<String, TreeSet<String>> subjects = new TreeMap<>();
    TreeSet<String> addresses = new TreeSet<>();
    for (String name : world.nodes()) {
      EntryLines lines = EntryLines.of(world.nameless(name), desired, names, this::origins);
      addresses.addAll(lines.addresses());
      for (ClusterRecord.Endpoint pod : world.endpoints()) {
        if (pod.node().equals(name) && !lines.isOpen(pod.identity())) {
          subjects
              .computeIfAbsent(lines.policy(pod.identity()), unused -> new TreeSet<>())
              .add(pod.key());
        }
      }
    }
    byNames(subjects)
        .forEach(
            (name, lines) ->
                text.append("map slc_policy of ").append(name).append('\n').append(lines));
    text.append("maps slc_addr, slc_prefix beyond pods and nodes\n");
    addresses.forEach(line -> text.append("  ").append(line).append('\n'));
  }

  /** Who shares a text stands before it, by name. */
  private static Map<String, String> byNames(Map<String, TreeSet<String>> byText) {
    Map<String, String> turned = new TreeMap<>();
    byText.forEach((body, who) -> turned.put(String.join(", ", who), body));
    return turned;
  }

  private static String oneLine(String canonical) {
    return canonical.replace("\t", "\\t").replace("\n", "\\n");
  }

  private static String ports(int first, int last) {
    if (first == 0 && last == LAST_PORT) {
      return "any";
    }
    return first == last ? String.valueOf(first) : first + "-" + last;
  }

  private String origins(List<String> origins) {
    List<String> shorter = new ArrayList<>();
    for (String origin : origins) {
      boolean own = origin.equals(policy) || origin.startsWith(policy + "#");
      String path = own ? origin.substring(policy.length()).replace("#", "") : origin;
      shorter.add(path.isEmpty() ? "it" : path);
    }
    return String.join(", ", shorter);
  }
}
