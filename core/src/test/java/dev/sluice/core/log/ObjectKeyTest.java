package dev.sluice.core.log;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ObjectKeyTest {
  @Test
  void keysCompareAsTheirTextsDo() {
    List<String> parts = List.of("", "a", "a-b", "a.b", "a/b", "a0", "ab", "b", "é");
    List<ObjectKey> keys = new ArrayList<>();
    for (String kind : parts) {
      for (String namespace : parts) {
        for (String name : parts) {
          keys.add(new ObjectKey(kind, namespace, name));
        }
      }
    }
    for (ObjectKey one : keys) {
      for (ObjectKey other : keys) {
        assertEquals(
            Integer.signum(one.toString().compareTo(other.toString())),
            Integer.signum(one.compareTo(other)),
            () -> one + " and " + other);
      }
    }
  }
}
