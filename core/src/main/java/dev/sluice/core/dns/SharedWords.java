package dev.sluice.core.dns;

import dev.sluice.core.dns.FqdnRecord.LearnedAddress;
import dev.sluice.core.dns.FqdnRecord.NameUse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Rows of learned addresses with each word kept once: askers, resolvers and nodes are few, and the
 * rows are a hundred thousand. Not thread safe.
 */
final class SharedWords {
  private static final int MOST = 10_000;

  private final Map<String, String> words = new HashMap<>();

  /** An equal row. */
  LearnedAddress in(LearnedAddress row) {
    if (words.size() > MOST) {
      words.clear();
    }
    List<NameUse> names = new ArrayList<>(row.names().size());
    for (NameUse use : row.names()) {
      names.add(
          new NameUse(
              use.name(),
              use.untilMillis(),
              use.learnedMillis(),
              use.ttlSeconds(),
              word(use.endpoint()),
              word(use.endpointAddress()),
              word(use.resolver()),
              word(use.node())));
    }
    return new LearnedAddress(
        row.address(), row.identity(), row.usedUntilMillis(), List.copyOf(names));
  }

  private String word(String text) {
    return words.computeIfAbsent(text, t -> t);
  }
}
