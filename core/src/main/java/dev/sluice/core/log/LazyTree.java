package dev.sluice.core.log;

import java.util.AbstractMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * A body of which only the canonical bytes are known: its fields are read when somebody looks at
 * them, which for most records of a log nobody does. Not thread safe: it is handed on, not shared.
 */
public final class LazyTree extends AbstractMap<String, Object> {
  private final byte[] canonical;
  private final Supplier<Map<String, Object>> source;
  private Map<String, Object> tree;
  private Projection projection;
  private List<String> texts;
  private byte[] projected;
  private ObjectEvent againOf;
  private ObjectEvent headOf;
  private byte[] head;
  private Reading readings;

  /** What a reader made of an event, and what others made before. */
  private record Reading(
      ObjectEvent event, Function<ObjectEvent, ?> reader, Object made, Reading next) {}

  /**
   * @param canonical what {@link CanonicalTree#encode} gives for the tree; nobody changes it
   * @param source the tree; asked at most once
   */
  public LazyTree(byte[] canonical, Supplier<Map<String, Object>> source) {
    this.canonical = canonical;
    this.source = source;
  }

  /** The canonical bytes; not to be changed. */
  byte[] canonical() {
    return canonical;
  }

  /** What a projection leaves of them and texts after it, kept; not to be changed. */
  byte[] projected(Projection wanted, List<String> after) {
    if (projection != wanted || !after.equals(texts)) {
      projected = wanted.of(canonical, after);
      projection = wanted;
      texts = after;
    }
    return projected;
  }

  /** Takes what {@link #projected} would make of them, made elsewhere. */
  public void projected(Projection wanted, List<String> after, byte[] bytes) {
    projected = bytes;
    projection = wanted;
    texts = after;
  }

  /** Notes that an event, whose body this is, says of its object what the one before it said. */
  public void again(ObjectEvent event) {
    againOf = event;
  }

  /** Whether that was noted. */
  public boolean isAgain(ObjectEvent event) {
    return againOf == event;
  }

  /** The head of the event whose body this is, kept; not to be changed. */
  byte[] head(ObjectEvent event) {
    if (headOf != event) {
      head = EventHead.of(event);
      headOf = event;
    }
    return head;
  }

  /** Takes what {@link #head} would make, made elsewhere. */
  public void head(ObjectEvent event, byte[] bytes) {
    head = bytes;
    headOf = event;
  }

  /** What a reader makes of the event whose body this is, kept. */
  @SuppressWarnings("unchecked")
  <T> T read(ObjectEvent event, Function<ObjectEvent, T> reader) {
    for (Reading one = readings; one != null; one = one.next) {
      if (one.reader == reader && one.event == event) {
        return (T) one.made;
      }
    }
    T made = reader.apply(event);
    readings = new Reading(event, reader, made, readings);
    return made;
  }

  private Map<String, Object> tree() {
    if (tree == null) {
      tree = source.get();
    }
    return tree;
  }

  @Override
  public Object get(Object field) {
    return tree().get(field);
  }

  @Override
  public boolean containsKey(Object field) {
    return tree().containsKey(field);
  }

  @Override
  public int size() {
    return tree().size();
  }

  @Override
  public Set<Entry<String, Object>> entrySet() {
    return tree().entrySet();
  }
}
