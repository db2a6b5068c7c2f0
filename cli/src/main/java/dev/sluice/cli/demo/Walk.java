package dev.sluice.cli.demo;

import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The story: what is done at each step and what must be seen. */
final class Walk {
  private static final String FRONTEND = "shop/frontend";
  private static final String BACKEND = "shop/backend";
  private static final String SECOND = "shop/backend-2";
  private static final String REPORTING = "shop/reporting";
  private static final String INTERNET = "outside/internet";
  private static final int PORT = 8080;
  private static final List<String> SERVICE = List.of("10.96.0.80", "fd00:10:96::80");
  private static final int SERVICE_PORT = 80;
  private static final Pattern REVISION = Pattern.compile("^revision (\\d+)$", Pattern.MULTILINE);

  private final Stage stage;

  Walk(Stage stage) {
    this.stage = stage;
  }

  /**
   * All steps in order.
   *
   * @throws StepFailed at the first that does not hold
   */
  void all() {
    openShop();
    dialService();
    protectBackend();
    dropFromOutside();
    moveFrontend();
    findTypo();
    selectNothing();
    new StripeSteps(stage).all(8);
    denyByDefault();
  }

  private void openShop() {
    stage.title(1, "No policy: everybody reaches the backend");
    stage.mustReach(FRONTEND, BACKEND, PORT);
    stage.mustReach(REPORTING, BACKEND, PORT);
    stage.await(
        "flows of the frontend that were forwarded",
        seen -> !seen.linesWith(FRONTEND, BACKEND).isEmpty(),
        List.of(FRONTEND),
        "observe",
        "--verdict",
        "FORWARDED",
        "--from-pod",
        FRONTEND,
        "--last",
        "4");
  }

  private void dialService() {
    stage.title(2, "Through the backend's Service, without kube-proxy");
    for (String address : SERVICE) {
      stage.mustReach(FRONTEND, "Service shop/backend", address, SERVICE_PORT);
    }
    stage.await(
        "the Service with its backend",
        seen -> !seen.linesWith(SERVICE.getFirst(), "ClusterIP").isEmpty(),
        List.of("ID ", "shop", SERVICE.getFirst(), "=>"),
        "service",
        "list",
        "-n",
        "shop");
    stage.await(
        "a flow to the backend that names the Service",
        seen -> !seen.linesWith(FRONTEND, BACKEND).isEmpty(),
        List.of(FRONTEND),
        "observe",
        "--to-service",
        "shop/backend",
        "--last",
        "2");
    stage.await(
        "kube-proxy replaced",
        seen -> !seen.linesWith("KubeProxyReplacement", "True").isEmpty(),
        List.of("KubeProxyReplacement"),
        "status");
  }

  private void protectBackend() {
    stage.title(3, "The backend accepts the frontend, on 8080, and nobody else");
    long before = revision(stage.ask("lab", "status"));
    long after = revision(stage.apply("steps/backend-allow-frontend.yaml"));
    if (after <= before) {
      throw new StepFailed("the revision should have moved from " + before);
    }
    stage.say("revision %d -> %d, realised on every node".formatted(before, after));
    stage.mustReach(FRONTEND, BACKEND, PORT);
    stage.mustNotReach(REPORTING, BACKEND, PORT);
    stage.await(
        "the drop, with the identity numbers of both",
        seen ->
            seen.linesWith(REPORTING, BACKEND, "Policy denied").stream()
                .anyMatch(line -> line.matches(".*\\(ID:\\d+\\).*\\(ID:\\d+\\).*")),
        List.of("Policy denied"),
        "observe",
        "--verdict",
        "DROPPED",
        "--namespace",
        "shop",
        "--last",
        "2",
        "--print-policy-names");
    stage.await(
        "the backend enforcing on ingress",
        seen -> !seen.linesWith(BACKEND + " ", "Enabled").isEmpty(),
        List.of(),
        "endpoint",
        "list");
  }

  private void dropFromOutside() {
    stage.title(4, "From outside the cluster: identity world");
    stage.mustNotReach(INTERNET, BACKEND, PORT);
    stage.await(
        "a drop from world",
        seen -> !seen.linesWith("203.0.113.50", "(world)", BACKEND).isEmpty(),
        List.of("(world)"),
        "observe",
        "--verdict",
        "DROPPED",
        "--from-label",
        "reserved:world",
        "--last",
        "2");
  }

  private void moveFrontend() {
    stage.title(5, "The frontend dies and comes back on another node with another address");
    String before = stage.address(FRONTEND, false);
    stage.show("lab", "delete", "-f", stage.file("steps/frontend-moved.yaml"));
    stage.apply("steps/frontend-moved.yaml");
    String after = stage.address(FRONTEND, false);
    stage.say("%s was %s and is %s".formatted(FRONTEND, before, after));
    if (before.equals(after)) {
      throw new StepFailed("the frontend should have a new address");
    }
    stage.mustReach(FRONTEND, BACKEND, PORT);
  }

  private void findTypo() {
    stage.title(6, "Two backends, two identities: a typo in a label");
    stage.mustReach(REPORTING, SECOND, PORT);
    stage.say("the second backend is open; the identities say why:");
    stage.await(
        "one identity for app=backend and one for app=bakcend",
        seen ->
            !seen.linesWith("app=backend").isEmpty() && !seen.linesWith("app=bakcend").isEmpty(),
        List.of("ID ", " k8s:app="),
        "identity",
        "list");
    stage.apply("steps/backend-2-fixed.yaml");
    stage.await(
        "two endpoints on the backend's identity",
        seen ->
            identityOf(seen, BACKEND) > 0 && identityOf(seen, BACKEND) == identityOf(seen, SECOND),
        List.of("ENDPOINT", BACKEND),
        "endpoint",
        "list");
    stage.mustNotReach(REPORTING, SECOND, PORT);
    stage.mustReach(FRONTEND, SECOND, PORT);
    stage.await(
        "the Service with both backends",
        seen -> !seen.linesWith("2 => ", ":8080/TCP (active)").isEmpty(),
        List.of("ID ", SERVICE.getFirst(), "=>"),
        "service",
        "list",
        "-n",
        "shop");
  }

  private void selectNothing() {
    stage.title(7, "A policy that selects nothing moves the revision, and is told");
    long before = revision(stage.ask("lab", "status"));
    Stage.Seen seen = stage.apply("steps/selects-nothing.yaml");
    if (revision(seen) <= before) {
      throw new StepFailed("the revision should have moved from " + before);
    }
    if (seen.linesWith("warning").isEmpty()) {
      throw new StepFailed("there should be a warning that the policy selects nothing");
    }
  }

  private void denyByDefault() {
    stage.title(11, "Default deny, applied last");
    stage.apply("steps/frontend-egress.yaml");
    stage.apply("steps/default-deny.yaml");
    stage.mustReach(FRONTEND, BACKEND, PORT);
    stage.mustNotReach(BACKEND, FRONTEND, PORT);
    stage.mustNotReach(REPORTING, FRONTEND, PORT);
    stage.await(
        "the drop with the policy that caused it",
        seen -> !seen.linesWith(REPORTING, "default-deny").isEmpty(),
        List.of("default-deny"),
        "observe",
        "--verdict",
        "DROPPED",
        "--from-pod",
        REPORTING,
        "--last",
        "2",
        "--print-policy-names");
  }

  private static long revision(Stage.Seen seen) {
    Matcher matcher = REVISION.matcher(seen.text());
    if (!matcher.find()) {
      throw new StepFailed("no revision was told");
    }
    return Long.parseLong(matcher.group(1));
  }

  /** The fourth column of endpoint list; 0 when the pod is not there. */
  private static int identityOf(Stage.Seen seen, String pod) {
    return seen.text()
        .lines()
        .map(line -> line.strip().split("\\s{2,}"))
        .filter(cells -> cells.length > 3 && cells[1].equals(pod) && cells[3].matches("\\d+"))
        .mapToInt(cells -> Integer.parseInt(cells[3]))
        .findFirst()
        .orElse(0);
  }
}
