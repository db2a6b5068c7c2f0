package dev.sluice.core.dns;

import com.code_intelligence.jazzer.junit.FuzzTest;

/**
 * Jazzer over the message reader. A test run tries the corpus beside this class; {@code
 * JAZZER_FUZZ=1 mvn -pl core test -Dtest=DnsMessageFuzzTest} fuzzes for half a minute.
 */
final class DnsMessageFuzzTest {
  @FuzzTest(maxDuration = "30s")
  void anyBytesAreReadOrRefused(byte[] bytes) {
    DnsMessageProperties.tryBoth(bytes);
  }
}
