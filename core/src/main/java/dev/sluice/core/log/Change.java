package dev.sluice.core.log;

/**
 * One output of a fold: {@code value} is the new value of {@code key}, or null when it is removed.
 * {@code kind} is the value's type, so that a removal also knows which topic it belongs to.
 *
 * @param <T> the sealed family of values
 */
public record Change<T>(Class<? extends T> kind, String key, T value) {
  public static <T> Change<T> upsert(Class<? extends T> kind, String key, T value) {
    return new Change<>(kind, key, value);
  }

  public static <T> Change<T> remove(Class<? extends T> kind, String key) {
    return new Change<>(kind, key, null);
  }

  public boolean isRemoval() {
    return value == null;
  }
}
