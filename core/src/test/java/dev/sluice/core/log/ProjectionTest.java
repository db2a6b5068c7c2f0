package dev.sluice.core.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What is left of trees. */
class ProjectionTest {
  private static final Projection SOME =
      Projection.of(
          List.of("metadata", "labels"),
          List.of("spec", "containers", "ports"),
          List.of("status", "phase"),
          List.of("status", "podIPs", "ip"));

  @Test
  void keepsWhatIsNamedInObjectsAndInEveryItemOfLists() {
    Map<String, Object> pod =
        Map.of(
            "kind",
            "Pod",
            "metadata",
            Map.of("labels", Map.of("app", "shop"), "resourceVersion", "17"),
            "spec",
            Map.of(
                "containers",
                List.of(Map.of("image", "a", "ports", List.of(Map.of("port", 80L))), Map.of())),
            "status",
            Map.of("podIPs", List.of(Map.of("ip", "10.0.0.1", "since", 5.5)), "ready", true));
    assertEquals(
        Map.of(
            "metadata",
            Map.of("labels", Map.of("app", "shop")),
            "spec",
            Map.of("containers", List.of(Map.of("ports", List.of(Map.of("port", 80L))), Map.of())),
            "status",
            Map.of("podIPs", List.of(Map.of("ip", "10.0.0.1")))),
        CanonicalTree.decode(SOME.of(pod)));
  }

  @Test
  void aScalarWhereFieldsWereExpectedStays() {
    Map<String, Object> odd = Map.of("status", "gone", "metadata", List.of("x", 1L));
    assertEquals(odd, CanonicalTree.decode(SOME.of(odd)));
  }

  @Test
  void aPathIntoAFieldThatIsKeptWholeAddsNothing() {
    Projection both = Projection.of(List.of("a"), List.of("a", "b"));
    Map<String, Object> tree = Map.of("a", Map.of("b", 1L, "c", 2L), "d", 3L);
    assertEquals(Map.of("a", Map.of("b", 1L, "c", 2L)), CanonicalTree.decode(both.of(tree)));
  }

  @Test
  void knowsWhetherItGivesSomeBytes() {
    List<Map<String, Object>> trees = new ArrayList<>();
    for (Object labels : List.of("none", Map.of(), Map.of("a", "b"), Map.of("a", "c", "d", "e"))) {
      for (Object ips :
          List.of(List.of(), List.of(Map.of("ip", "é", "since", 1L)), List.of(Map.of("x", 1L)))) {
        trees.add(Map.of("metadata", Map.of("labels", labels), "status", Map.of("podIPs", ips)));
        trees.add(Map.of("metadata", Map.of("labels", labels, "x", 1L), "spec", ips));
        trees.add(Map.of("status", Map.of("podIPs", ips, "phase", "a")));
      }
    }
    List<List<String>> texts = List.of(List.of(), List.of(""), List.of("", "é"), List.of("é", ""));
    int same = 0;
    for (Map<String, Object> one : trees) {
      for (List<String> after : texts) {
        byte[] bytes = SOME.of(one, after);
        for (Map<String, Object> other : trees) {
          for (List<String> otherAfter : texts) {
            boolean gives = Arrays.equals(bytes, SOME.of(other, otherAfter));
            LazyTree lazy = new LazyTree(CanonicalTree.encode(other), () -> other);
            assertEquals(gives, SOME.gives(bytes, other, otherAfter));
            assertEquals(gives, SOME.gives(bytes, lazy, otherAfter));
            same += gives ? 1 : 0;
          }
        }
      }
    }
    assertTrue(same > trees.size() * texts.size(), same + " give the same");
  }

  @Test
  void aLazyTreeIsReadOnceAndGivesTheSame() {
    Map<String, Object> tree = Map.of("status", Map.of("phase", "Running", "x", 1L));
    int[] asked = new int[1];
    LazyTree lazy =
        new LazyTree(
            CanonicalTree.encode(tree),
            () -> {
              asked[0]++;
              return tree;
            });
    assertArrayEquals(SOME.of(tree), SOME.of(lazy));
    assertSame(SOME.of(lazy), SOME.of(lazy));
    assertArrayEquals(CanonicalTree.encode(tree), CanonicalTree.encode(lazy));
    assertEquals(0, asked[0]);
    assertEquals(tree, lazy);
    assertEquals(tree.hashCode(), lazy.hashCode());
    assertEquals(1, asked[0]);
  }
}
