package dev.sluice.cli.demo;

import java.util.List;

/** The part of the story that leaves the cluster: egress to a name whose addresses rotate. */
final class StripeSteps {
  private static final String BACKEND = "shop/backend";
  private static final String NAME = "api.stripe.com";
  private static final int TIMES = 6;
  private static final int ADDRESSES = 3;

  /** Asks for the name, and dials what the answer says. */
  private static final String ASK_AND_DIAL =
      "for i in $(seq %d); do a=$(getent ahostsv%%s %s | head -1 | cut -d\" \" -f1);"
              .formatted(TIMES, NAME)
          + " timeout 2 bash -c \"exec 3<>/dev/tcp/$a/443\" 2>/dev/null && echo $a answered"
          + " || echo $a does not answer; done";

  private final Stage stage;

  StripeSteps(Stage stage) {
    this.stage = stage;
  }

  /**
   * All of them.
   *
   * @param number of the first
   */
  void all(int number) {
    forwardWithoutLearning(number);
    learn(number + 1);
    look(number + 2);
  }

  private void forwardWithoutLearning(int number) {
    stage.title(
        number, "Egress to api.stripe.com, without rules.dns: names resolve, nothing opens");
    Stage.Seen applied = stage.apply("steps/egress-stripe-unlearned.yaml");
    if (applied.linesWith("warning", "rules", "dns").isEmpty()) {
      throw new StepFailed("there should be a warning with the lines that are missing");
    }
    Stage.Seen dialled = stage.run(BACKEND, ASK_AND_DIAL.formatted("4").replace("seq 6", "seq 1"));
    if (dialled.linesWith("198.51.100.", "does not answer").size() != 1) {
      throw new StepFailed("the name should resolve, and its address be closed");
    }
    Stage.Seen cache = stage.show("fqdn", "cache", "list");
    if (!cache.linesWith(NAME).isEmpty()) {
      throw new StepFailed("nothing should have been learned");
    }
  }

  private void learn(int number) {
    stage.title(number, "With rules.dns: every address that is answered is open at once");
    stage.apply("steps/egress-stripe.yaml");
    for (String family : List.of("4", "6")) {
      Stage.Seen dialled = stage.run(BACKEND, ASK_AND_DIAL.formatted(family));
      if (dialled.linesWith(" answered").size() != TIMES
          || dialled.text().lines().distinct().count() != ADDRESSES) {
        throw new StepFailed(
            "every one of the %d addresses should answer the first dial".formatted(ADDRESSES));
      }
    }
    Stage.Seen refused = stage.run(BACKEND, "getent hosts www.example.com || echo refused");
    if (refused.linesWith("refused").isEmpty()) {
      throw new StepFailed("the proxy should refuse a name that no rule allows");
    }
  }

  private void look(int number) {
    stage.title(number, "What was learned, what was refused, and where it is loaded");
    stage.await(
        "the addresses of the name",
        seen -> seen.linesWith(BACKEND, "*.stripe.com", NAME, "198.51.100.").size() == ADDRESSES,
        List.of("ENDPOINT", NAME),
        "fqdn",
        "cache",
        "list");
    stage.await(
        "the question that was refused",
        seen -> !seen.linesWith(BACKEND, "DROPPED (DNS Query www.example.com. ").isEmpty(),
        List.of("www.example.com. "),
        "observe",
        "-t",
        "l7",
        "--verdict",
        "DROPPED",
        "--last",
        "6");
    stage.await(
        "the answers, with their addresses",
        seen -> !seen.linesWith(BACKEND, "FORWARDED (DNS Answer", "api.stripe.com.").isEmpty(),
        List.of("DNS Answer"),
        "observe",
        "-t",
        "l7",
        "--from-label",
        "k8s-app=kube-dns",
        "--last",
        "3");
    stage.await(
        "the toFQDNs selector in the loaded policy, with an identity",
        seen -> !seen.linesWith("matchPattern: *.stripe.com").isEmpty(),
        List.of("Revision", "POLICY", "egress-stripe", "SELECTOR", "stripe.com"),
        "policy",
        "get",
        "shop/egress-stripe");
  }
}
