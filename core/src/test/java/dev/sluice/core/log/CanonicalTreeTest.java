package dev.sluice.core.log;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class CanonicalTreeTest {
  @Test
  void theOrderOfFieldsAndNullFieldsAreNothing() {
    Map<String, Object> one = new LinkedHashMap<>();
    one.put("a", 1L);
    one.put("b", List.of("x"));
    Map<String, Object> other = new LinkedHashMap<>();
    other.put("b", List.of("x"));
    other.put("c", null);
    other.put("a", 1);
    assertArrayEquals(CanonicalTree.encode(one), CanonicalTree.encode(other));
  }

  @Test
  void whatComesBackIsWhatWentIn() {
    Map<String, Object> tree = new HashMap<>();
    tree.put("list", Arrays.asList("ü", 1L, -2.5, true, false, null, Map.of()));
    tree.put("object", Map.of("", ""));
    assertEquals(tree, CanonicalTree.decode(CanonicalTree.encode(tree)));
  }

  @Test
  void damageIsSaid() {
    byte[] bytes = CanonicalTree.encode(Map.of("a", "text"));
    byte[] cut = Arrays.copyOf(bytes, bytes.length - 1);
    assertThrows(IllegalArgumentException.class, () -> CanonicalTree.decode(cut));
  }
}
