package dev.sluice.core.compile;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.sluice.core.label.LabelSet;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MerkleTreeTest {
  private static LabelSet labels(int i) {
    return LogBuilder.labels("shop", "app=a" + i);
  }

  @Test
  void theOrderInWhichLeavesCameIsForgotten() {
    List<Integer> order = new ArrayList<>();
    for (int i = 0; i < 5000; i++) {
      order.add(i);
    }
    MerkleTree sorted = new MerkleTree();
    order.forEach(i -> sorted.put(labels(i), "leaf" + i));
    Collections.shuffle(order, new Random(7));
    MerkleTree shuffled = new MerkleTree();
    for (int i : order) {
      shuffled.put(labels(i), "before" + i);
      shuffled.put(labels(i + 10_000), "gone");
      if (i % 97 == 0) {
        shuffled.root();
      }
    }
    order.forEach(i -> shuffled.put(labels(i), "leaf" + i));
    order.forEach(i -> shuffled.remove(labels(i + 10_000)));
    assertEquals(sorted.root(), shuffled.root());
  }

  @Test
  void everyChangeMovesTheRootAndBackMovesItBack() {
    MerkleTree tree = new MerkleTree();
    Set<String> roots = new HashSet<>();
    String empty = tree.root();
    roots.add(empty);
    for (int i = 0; i < 200; i++) {
      tree.put(labels(i), "leaf");
      assertEquals(i + 2, add(roots, tree.root()));
    }
    String full = tree.root();
    tree.put(labels(3), "other");
    assertNotEquals(full, tree.root());
    tree.put(labels(3), "leaf");
    assertEquals(full, tree.root());
    for (int i = 0; i < 200; i++) {
      tree.remove(labels(i));
    }
    assertEquals(empty, tree.root());
  }

  private static int add(Set<String> roots, String root) {
    roots.add(root);
    return roots.size();
  }
}
