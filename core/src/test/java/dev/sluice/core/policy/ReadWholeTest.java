package dev.sluice.core.policy;

import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/** Nothing of a row of the language's tables is passed over, nor of a refused object. */
class ReadWholeTest {
  @TestFactory
  Stream<DynamicTest> rows() {
    return LanguageRow.all().stream()
        .map(
            row ->
                DynamicTest.dynamicTest(
                    row.toString(), () -> ReadWhole.check(row.key(), row.body())));
  }

  @TestFactory
  Stream<DynamicTest> refused() {
    return RefusedCase.all().stream()
        .filter(RefusedCase::isOfTheLanguage)
        .map(
            one ->
                DynamicTest.dynamicTest(
                    one.toString(), () -> ReadWhole.check(one.key(), one.tree())));
  }
}
