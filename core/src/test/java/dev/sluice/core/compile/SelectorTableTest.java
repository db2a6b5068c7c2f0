package dev.sluice.core.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.label.Label;
import dev.sluice.core.label.LabelSet;
import dev.sluice.core.policy.LabelSelector;
import dev.sluice.core.policy.Requirement;
import dev.sluice.core.policy.Requirement.Operator;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** Whatever selectors ask for, the table finds those that select a label set, and looks at few. */
class SelectorTableTest {
  private static final Requirement SHOP =
      Requirement.in(Label.K8S, LabelSelector.POD_NAMESPACE, List.of("shop"));
  private static final Requirement SHOP_OR_BANK =
      Requirement.in(Label.K8S, LabelSelector.POD_NAMESPACE, List.of("shop", "bank"));
  private static final Requirement ANY_NAMESPACE =
      Requirement.exists(Label.K8S, LabelSelector.POD_NAMESPACE);
  private static final Requirement WEB = Requirement.in("any", "app", List.of("web"));
  private static final Requirement WEB_OR_API = Requirement.in("any", "app", List.of("web", "api"));
  private static final Requirement APP = Requirement.exists("any", "app");
  private static final Requirement NO_ROLE =
      new Requirement("any", "role", Operator.DOES_NOT_EXIST, List.of());
  private static final Requirement NOT_WEB =
      new Requirement("any", "app", Operator.NOT_IN, List.of("web"));
  private static final List<Requirement> ALL =
      List.of(SHOP, SHOP_OR_BANK, ANY_NAMESPACE, WEB, WEB_OR_API, APP, NO_ROLE, NOT_WEB);

  private final Work work = new Work();
  private final SelectorTable<String> table = new SelectorTable<>(user -> user, work);

  private static LabelSet pod(String namespace, String... labels) {
    List<Label> all = new ArrayList<>();
    all.add(Label.k8s(LabelSelector.POD_NAMESPACE, namespace));
    for (String label : labels) {
      String[] parts = label.split("=");
      all.add(Label.k8s(parts[0], parts[1]));
    }
    return LabelSet.of(all);
  }

  private static List<LabelSet> everybody() {
    return List.of(
        pod("shop", "app=web"),
        pod("shop", "app=api", "role=front"),
        pod("shop"),
        pod("bank", "app=web", "role=front"),
        pod("bank", "role=front"),
        pod("ops", "app=db"),
        LabelSet.of(Label.reserved("world")));
  }

  /** Every set of at most three conditions. */
  private static List<LabelSelector> selectors() {
    List<LabelSelector> selectors = new ArrayList<>(List.of(LabelSelector.of()));
    for (Requirement a : ALL) {
      for (Requirement b : ALL) {
        for (Requirement c : ALL) {
          selectors.add(LabelSelector.of(a, b, c));
        }
      }
    }
    return selectors;
  }

  private TreeSet<String> found(LabelSet labels) {
    TreeSet<String> found = new TreeSet<>();
    for (SelectorTable.Entry<String> entry : table.selecting(labels)) {
      assertTrue(found.add(entry.selector().text()), "each once");
    }
    return found;
  }

  private static TreeSet<String> matching(List<LabelSelector> selectors, LabelSet labels) {
    TreeSet<String> matching = new TreeSet<>();
    selectors.stream().filter(s -> s.matches(labels)).forEach(s -> matching.add(s.text()));
    return matching;
  }

  @Test
  void whoIsSelectedIsFoundWhateverTheSelectorAsksFor() {
    List<LabelSelector> selectors = selectors();
    selectors.forEach(selector -> table.use(selector, "p"));
    everybody().forEach(labels -> assertEquals(matching(selectors, labels), found(labels)));
    List<LabelSelector> left = selectors.stream().filter(s -> s.text().length() % 2 == 0).toList();
    selectors.stream()
        .filter(selector -> !left.contains(selector))
        .forEach(selector -> table.release(selector, "p"));
    everybody().forEach(labels -> assertEquals(matching(left, labels), found(labels)));
  }

  @Test
  void aSelectorIsThereWhileAnybodyUsesIt() {
    LabelSelector web = LabelSelector.of(WEB);
    table.use(web, "a");
    table.use(web, "b");
    table.release(web, "a");
    table.release(web, "nobody");
    assertEquals(List.of("b"), table.get(web.id()).policies());
    table.release(web, "b");
    assertNull(table.get(web.id()));
    assertEquals(new TreeSet<>(), found(pod("shop", "app=web")));
  }

  /** Selectors by label and namespace; somebody new is held against those that may select him. */
  @Test
  void fewAreLookedAt() {
    for (int i = 0; i < 100; i++) {
      Requirement app = Requirement.in("any", "app", List.of("app-" + i));
      table.use(LabelSelector.of(SHOP, app), "p");
      table.use(LabelSelector.of(SHOP_OR_BANK, app), "p");
      table.use(LabelSelector.of(APP, app), "p");
      table.use(LabelSelector.of(SHOP, Requirement.exists("any", "key-" + i)), "p");
    }
    assertEquals(3, looks(pod("shop", "app=app-7")));
    assertEquals(2, looks(pod("bank", "app=app-7")));
    assertEquals(1, looks(pod("ops", "app=app-7")), "of no namespace");
    assertEquals(1, looks(pod("shop", "key-7=x")));
    assertEquals(0, looks(pod("ops", "key-7=x")));
    assertEquals(0, looks(pod("shop", "app=web")));
  }

  /** Two conditions of equal rank, of which every namespace has one in common with all others. */
  @Test
  void whatAllAskForIsNotLookedThrough() {
    int namespaces = 200;
    for (int i = 0; i < namespaces; i++) {
      Requirement team = Requirement.in("any", "team", List.of("team-" + i));
      table.use(LabelSelector.of(WEB, team), "p");
      table.use(LabelSelector.of(WEB_OR_API, team), "p");
    }
    for (int i = 0; i < namespaces; i++) {
      LabelSet web = pod("shop", "app=web", "team=team-" + i);
      assertEquals(2, found(web).size());
      assertTrue(looks(web) <= 4, () -> "looked at " + looks(web));
    }
    for (int i = 0; i < namespaces; i++) {
      Requirement team = Requirement.in("any", "team", List.of("team-" + i));
      table.release(LabelSelector.of(WEB, team), "p");
      table.release(LabelSelector.of(WEB_OR_API, team), "p");
      assertEquals(0, looks(pod("shop", "team=team-" + i)));
    }
    assertEquals(0, looks(pod("shop", "app=web")));
  }

  private long looks(LabelSet labels) {
    long before = work.units();
    table.selecting(labels);
    return work.units() - before;
  }
}
