package dev.sluice.core.policy;

import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;

/** Rows of the language's tables with things changed: taken whole or refused in sentences. */
class LanguageMutationProperties {
  private static final List<LanguageRow> ROWS = LanguageRow.all();
  private static final List<Map<String, Object>> TREES =
      ROWS.stream().map(LanguageRow::body).toList();

  @Property(tries = 5000)
  void whateverIsChanged(
      @ForAll @IntRange(max = 1_000_000) int seed, @ForAll @IntRange(min = 1, max = 4) int times) {
    Random random = new Random(seed);
    int row = random.nextInt(ROWS.size());
    TreeMutation mutation = new TreeMutation(random, TREES);
    Map<String, Object> tree = TREES.get(row);
    for (int i = 0; i < times; i++) {
      tree = mutation.change(tree);
    }
    ReadWhole.check(ROWS.get(row).key(), tree);
  }
}
