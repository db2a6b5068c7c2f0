package dev.sluice.core.service;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.core.desired.ServiceRow.Backend;
import dev.sluice.core.net.IpAddress;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The node is n1 in zone a. */
class EligibleTest {

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "all ready ones,                     1 n1 ready; 2 n2 ready,                  false, 1 2",
    "ready before leaving,               1 n1 leaving; 2 n2 ready,                false, 2",
    "leaving when nothing else serves,   1 n1 leaving; 2 n2 leaving,              false, 1 2",
    "nothing,                            '',                                      false, ''",
    "Local: those here,                  1 n1 ready; 2 n2 ready,                  true,  1",
    "Local: leaving ones here,           1 n1 leaving; 2 n2 ready,                true,  1",
    "Local: none here,                   2 n2 ready,                              true,  ''",
    "hints: those for the zone,          1 n1 ready a; 2 n2 ready b,              false, 1",
    "hints: one lacks them,              1 n1 ready a; 2 n2 ready,                false, 1 2",
    "hints: none for the zone,           1 n1 ready c; 2 n2 ready b,              false, 1 2",
    "hints: of leaving ones do not count,1 n1 leaving; 2 n2 ready a; 3 n2 ready b,false, 2",
    "hints: Local does not ask,          1 n1 ready b; 2 n2 ready a,              true,  1",
    "node hints: those for the node,     1 n1 ready a n1; 2 n2 ready a n2,        false, 1",
    "node hints: none but the zone's,    1 n3 ready b n3; 2 n2 ready a n2,        false, 2",
    "node hints: one lacks them,         1 n1 ready a n1; 2 n2 ready a,           false, 1 2",
    "node hints: neither node nor zone,  1 n3 ready b n3; 2 n2 ready c n2,        false, 1 2",
  })
  void newConnectionsUse(String name, String group, boolean local, String expected) {
    List<Backend> backends =
        Arrays.stream(group.split(";"))
            .map(String::strip)
            .filter(s -> !s.isEmpty())
            .map(EligibleTest::backend)
            .toList();
    List<String> used =
        Eligible.of(backends, local, "n1", "a").stream()
            .map(backend -> Integer.toString((int) backend.address().low() & 0xff))
            .toList();
    assertEquals(expected, String.join(" ", used));
  }

  private static Backend backend(String text) {
    String[] words = text.split(" ");
    return new Backend(
        1,
        IpAddress.v4(Integer.parseInt(words[0])),
        80,
        words[2].equals("ready"),
        words[1],
        words.length > 3 ? List.of(words[3]) : List.of(),
        words.length > 4 ? List.of(words[4]) : List.of());
  }
}
