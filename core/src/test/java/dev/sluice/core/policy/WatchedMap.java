package dev.sluice.core.policy;

import java.util.AbstractMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/** A map that tells which of its fields are looked up; walking over its entries is no look. */
final class WatchedMap extends AbstractMap<String, Object> {
  private final Map<String, Object> fields;
  private final Consumer<String> looked;

  WatchedMap(Map<String, Object> fields, Consumer<String> looked) {
    this.fields = fields;
    this.looked = looked;
  }

  @Override
  public Object get(Object field) {
    looked.accept(String.valueOf(field));
    return fields.get(field);
  }

  /** Whoever takes every field, whatever it is called, has looked at all. */
  @Override
  public void forEach(BiConsumer<? super String, ? super Object> action) {
    fields.keySet().forEach(looked);
    fields.forEach(action);
  }

  @Override
  public boolean containsKey(Object field) {
    return fields.containsKey(field);
  }

  @Override
  public Set<Entry<String, Object>> entrySet() {
    return fields.entrySet();
  }
}
