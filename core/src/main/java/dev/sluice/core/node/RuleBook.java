package dev.sluice.core.node;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Numbers the reasons of verdicts, so that a kernel entry can carry them in 31 bits. Numbering is
 * for the fold's thread; {@link #find} may be called from any.
 */
public final class RuleBook {
  /**
   * Why a verdict is what it is.
   *
   * @param origins {@code kind/namespace/name#path} of the rules that decided, sorted; empty when
   *     default deny did
   * @param enforcedBy the policies that switched default deny on, {@code kind/namespace/name},
   *     sorted; empty when a rule decided
   */
  public record Reason(List<String> origins, List<String> enforcedBy) {
    /** The policies behind it, {@code kind/namespace/name}, sorted, each once. */
    public List<String> policies() {
      return java.util.stream.Stream.concat(
              origins.stream().map(origin -> origin.split("#", 2)[0]), enforcedBy.stream())
          .sorted()
          .distinct()
          .toList();
    }
  }

  private final ConcurrentHashMap<Integer, Reason> reasons = new ConcurrentHashMap<>();

  /** The reason behind a cookie; empty for 0 (not enforced) and for numbers long forgotten. */
  public Optional<Reason> find(int cookie) {
    return Optional.ofNullable(reasons.get(cookie));
  }
}
