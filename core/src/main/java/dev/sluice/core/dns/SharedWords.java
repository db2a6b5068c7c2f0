package dev.sluice.core.dns;

import dev.sluice.core.dns.FqdnRecord.LearnedAddress;
import dev.sluice.core.dns.FqdnRecord.NameUse;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Rows of learned addresses with each word kept once: askers, resolvers and nodes are few, a name
 * may have dozens of addresses, and the rows are a hundred thousand and come again and again. Not
 * thread safe.
 */
final class SharedWords {
  private static final int MOST = 10_000;

  private final Map<String, String> words = new HashMap<>();

  /** An equal row. */
  LearnedAddress in(LearnedAddress row) {
    List<NameUse> names = new ArrayList<>(row.names().size());
    row.names().forEach(use -> names.add(in(use)));
    return new LearnedAddress(
        row.address(), row.identity(), row.usedUntilMillis(), List.copyOf(names));
  }

  /** An equal use of a name. */
  NameUse in(NameUse use) {
    if (words.size() > MOST) {
      words.clear();
    }
    return new NameUse(
        word(use.name()),
        use.untilMillis(),
        use.learnedMillis(),
        use.ttlSeconds(),
        word(use.endpoint()),
        word(use.endpointAddress()),
        word(use.resolver()),
        word(use.node()));
  }

  private String word(String text) {
    return words.computeIfAbsent(text, t -> t);
  }
}
