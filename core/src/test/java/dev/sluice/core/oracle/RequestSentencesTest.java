package dev.sluice.core.oracle;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.core.policy.FqdnSelector;
import dev.sluice.core.policy.L7Rules;
import dev.sluice.core.policy.L7Rules.HeaderRule;
import dev.sluice.core.policy.L7Rules.HttpRule;
import dev.sluice.core.policy.L7Rules.KafkaRule;
import dev.sluice.core.policy.L7Rules.Mismatch;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Which requests rules of layer 7 allow, a sentence at a time. */
class RequestSentencesTest {
  private static final int TCP = 6;
  private static final int UDP = 17;
  private static final int SCTP = 132;
  private static final List<FqdnSelector> NAMES =
      List.of(FqdnSelector.name("a.org"), FqdnSelector.pattern("*.b.org"));

  private static final Request.Http GET =
      new Request.Http("GET", "/x/1?y", "h.org", Map.of("X-A", "1"));
  private static final Request.Kafka FETCH = new Request.Kafka("fetch", 5, "billing", "orders");

  private static void allows(boolean wanted, L7Rules rules, Request request) {
    assertEquals(wanted, RequestSentences.allows(rules, request), rules + " " + request);
  }

  private static L7Rules http(String method, String path, String host, HeaderRule... headers) {
    return new L7Rules.Http(List.of(new HttpRule(method, path, host, List.of(headers))));
  }

  private static L7Rules kafka(List<String> keys, int version, String client, String topic) {
    return new L7Rules.Kafka(List.of(new KafkaRule(keys, version, client, topic)));
  }

  @Test
  void noRulesAllowEverything() {
    allows(true, L7Rules.NONE, GET);
    allows(true, L7Rules.NONE, new Request.Dns("a.org"));
  }

  @Test
  void everyConditionOfAnHttpRuleMustHold() {
    allows(true, http("", "", ""), GET);
    allows(true, http("GET|PUT", "/x/.*", "h\\.org"), GET);
    allows(false, http("PUT", "/x/.*", ""), GET);
    allows(false, http("GET", "/x/", ""), GET);
    allows(false, http("GET", "", "other\\.org"), GET);
    allows(false, new L7Rules.Http(List.of()), GET);
  }

  /** What stands between brackets is POSIX's, not Java's. */
  @Test
  void bracketsMeanWhatTheyMeanInPosix() {
    matches("/[[:alpha:]]+", "/xyz", "/x1");
    matches("/[^[:digit:]_]", "/x", "/1", "/_");
    matches("/[]a]", "/]", "/b");
    matches("/[^]a]", "/b", "/]", "/a");
    matches("/[a[b]", "/[", "/c");
    matches("/[a&&b]", "/&", "/c");
    matches("/[a^]", "/^", "/b");
    matches("/[+--]", "/,", "/a");
    matches("/[a-c-e]", "/-", "/d");
    matches("/[[:digit:]-x]", "/-", "/y");
    matches("/[!-\\]]", "/A", "/a");
    matches("/[\\]x]", "/]", "/\\");
    matches("/[a-c\\d]\\[", "/7[", "/d[");
  }

  private static void matches(String expression, String path, String... others) {
    allows(true, http("", expression, ""), new Request.Http("GET", path, "", Map.of()));
    for (String other : others) {
      allows(false, http("", expression, ""), new Request.Http("GET", other, "", Map.of()));
    }
  }

  @Test
  void oneOfTheRulesIsEnough() {
    HttpRule put = new HttpRule("PUT", "", "", List.of());
    HttpRule get = new HttpRule("GET", "", "", List.of());
    allows(true, new L7Rules.Http(List.of(put, get)), GET);
    allows(false, new L7Rules.Http(List.of(put)), GET);
  }

  @Test
  void aHeaderMustBeThereUnlessItsMismatchIsForgiven() {
    allows(true, http("", "", "", new HeaderRule("x-a", null, Mismatch.DENY)), GET);
    allows(true, http("", "", "", new HeaderRule("X-A", "1", Mismatch.DENY)), GET);
    allows(false, http("", "", "", new HeaderRule("X-A", "2", Mismatch.DENY)), GET);
    allows(false, http("", "", "", new HeaderRule("X-B", null, Mismatch.DENY)), GET);
    for (Mismatch forgiven :
        List.of(Mismatch.LOG, Mismatch.ADD, Mismatch.DELETE, Mismatch.REPLACE)) {
      allows(true, http("", "", "", new HeaderRule("X-B", "2", forgiven)), GET);
    }
    allows(
        false,
        http(
            "",
            "",
            "",
            new HeaderRule("X-B", "2", Mismatch.LOG),
            new HeaderRule("X-C", "2", Mismatch.DENY)),
        GET);
  }

  @Test
  void aNameIsAskedForByAnyOfTheSelectors() {
    L7Rules dns = new L7Rules.Dns(NAMES);
    allows(true, dns, new Request.Dns("a.org"));
    allows(true, dns, new Request.Dns("x.b.org"));
    allows(false, dns, new Request.Dns("b.org"));
    allows(false, new L7Rules.Dns(List.of()), new Request.Dns("a.org"));
  }

  @Test
  void aServerNameIsLikeAName() {
    L7Rules names = new L7Rules.ServerNames(NAMES);
    allows(true, names, new Request.Tls("a.org"));
    allows(true, names, new Request.Tls("x.b.org"));
    allows(false, names, new Request.Tls("c.org"));
  }

  @Test
  void everyConditionOfAKafkaRuleMustHold() {
    allows(true, kafka(List.of(), -1, "", ""), FETCH);
    allows(true, kafka(List.of("produce", "fetch"), 5, "billing", "orders"), FETCH);
    allows(false, kafka(List.of("produce"), -1, "", ""), FETCH);
    allows(false, kafka(List.of(), 4, "", ""), FETCH);
    allows(false, kafka(List.of(), 0, "", ""), FETCH);
    allows(true, kafka(List.of(), 0, "", ""), new Request.Kafka("fetch", 0, "", ""));
    allows(false, kafka(List.of(), -1, "shop", ""), FETCH);
    allows(false, kafka(List.of(), -1, "", "bills"), FETCH);
  }

  @Test
  void rulesOfOneKindAllowNothingOfAnother() {
    Request.Dns question = new Request.Dns("a.org");
    Request.Tls hello = new Request.Tls("a.org");
    allows(false, http("", "", ""), question);
    allows(false, new L7Rules.Dns(NAMES), hello);
    allows(false, new L7Rules.ServerNames(NAMES), question);
    allows(false, kafka(List.of(), -1, "", ""), hello);
    allows(false, new L7Rules.Dns(NAMES), GET);
  }

  @Test
  void eachKindNeedsItsMechanism() {
    assertEquals(Optional.empty(), RequestSentences.mechanism(L7Rules.NONE, TCP));
    needs(World.Mechanism.HTTP, http("", "", ""), TCP);
    needs(World.Mechanism.KAFKA, kafka(List.of(), -1, "", ""), TCP);
    needs(World.Mechanism.SERVER_NAMES, new L7Rules.ServerNames(NAMES), TCP);
    needs(World.Mechanism.DNS, new L7Rules.Dns(NAMES), UDP);
    needs(World.Mechanism.DNS, new L7Rules.Dns(NAMES), TCP);
    needs(World.Mechanism.DNS_SCTP, new L7Rules.Dns(NAMES), SCTP);
  }

  private static void needs(World.Mechanism wanted, L7Rules rules, int protocol) {
    assertEquals(Optional.of(wanted), RequestSentences.mechanism(rules, protocol));
  }
}
