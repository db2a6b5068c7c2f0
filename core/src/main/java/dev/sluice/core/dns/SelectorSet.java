package dev.sluice.core.dns;

import java.util.Collection;
import java.util.List;
import java.util.TreeSet;

/**
 * What an identity of names stands for: the selectors whose names an address has, and who the
 * address would be without them. It is selected by all of these selectors, and by every selector
 * that selects the base: a learned address is still part of the world, and of the prefixes it lies
 * in.
 *
 * @param selectors ids, sorted; not empty
 * @param base identity of the longest prefix around the address, the world's where there is none
 */
public record SelectorSet(List<String> selectors, int base) implements Comparable<SelectorSet> {
  public SelectorSet {
    selectors = List.copyOf(selectors);
  }

  /** The same with more selectors. */
  SelectorSet with(Collection<String> more) {
    TreeSet<String> all = new TreeSet<>(selectors);
    all.addAll(more);
    return new SelectorSet(List.copyOf(all), base);
  }

  @Override
  public int compareTo(SelectorSet other) {
    int byBase = Integer.compare(base, other.base);
    return byBase != 0
        ? byBase
        : String.join("+", selectors).compareTo(String.join("+", other.selectors));
  }
}
