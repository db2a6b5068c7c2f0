package dev.sluice.cli.look;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.schemas.CompiledRule;
import dev.sluice.schemas.DirectionPolicy;
import dev.sluice.schemas.Endpoint;
import dev.sluice.schemas.EndpointStatus;
import dev.sluice.schemas.SubjectPolicy;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/** Endpoints in the Endpoint model of Cilium's API ({@code api/v1/models/endpoint.go}). */
final class EndpointJson {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private EndpointJson() {}

  static ArrayNode array(Collection<EndpointView> endpoints) {
    ArrayNode array = JSON.arrayNode();
    endpoints.forEach(endpoint -> array.add(endpoint(endpoint)));
    return array;
  }

  static ObjectNode endpoint(EndpointView view) {
    Endpoint endpoint = view.endpoint();
    ObjectNode json = JSON.objectNode();
    json.put("id", endpoint.getId());
    ObjectNode status = json.putObject("status");
    ObjectNode external = status.putObject("external-identifiers");
    external.put("k8s-namespace", endpoint.getNamespace());
    external.put("k8s-pod-name", endpoint.getPod());
    external.put("pod-name", view.name());
    ObjectNode identity = status.putObject("identity");
    identity.put("id", endpoint.getIdentity());
    identity.set("labels", texts(endpoint.getLabels()));
    status.putObject("labels").set("security-relevant", texts(endpoint.getLabels()));
    ObjectNode networking = status.putObject("networking");
    networking.put("node", endpoint.getNode());
    ObjectNode addressing = networking.putArray("addressing").addObject();
    for (String address : endpoint.getAddresses()) {
      addressing.put(address.indexOf(':') < 0 ? "ipv4" : "ipv6", address);
    }
    ObjectNode policy = status.putObject("policy");
    policy.set("realized", realized(view));
    policy.set("spec", desired(view, view.desiredRevision()));
    status.put("state", view.state());
    status.put("message", view.status().map(EndpointStatus::getMessage).orElse(""));
    return json;
  }

  /**
   * What the node says it enforces. The rules are those desired where it acknowledged their hash;
   * others are known by their hash alone.
   */
  private static ObjectNode realized(EndpointView view) {
    if (view.acknowledged()) {
      return desired(view, view.realizedRevision());
    }
    ObjectNode json = JSON.objectNode();
    json.put("id", view.status().map(EndpointStatus::getIdentity).orElse(0));
    json.put("policy-enabled", "unknown");
    json.put("policy-revision", view.realizedRevision());
    json.put("hash", view.realizedLeaf());
    return json;
  }

  private static ObjectNode desired(EndpointView view, long revision) {
    ObjectNode json = JSON.objectNode();
    json.put("id", view.endpoint().getIdentity());
    json.put("policy-enabled", view.enabled());
    json.put("policy-revision", revision);
    json.put("hash", view.desiredLeaf());
    ObjectNode l4 = json.putObject("l4");
    l4.set("ingress", rules(view.policy(), SubjectPolicy::getIngress));
    l4.set("egress", rules(view.policy(), SubjectPolicy::getEgress));
    return json;
  }

  private static ArrayNode rules(
      Optional<SubjectPolicy> policy, Function<SubjectPolicy, DirectionPolicy> direction) {
    ArrayNode rules = JSON.arrayNode();
    policy
        .map(direction)
        .map(DirectionPolicy::getRules)
        .orElse(List.of())
        .forEach(rule -> rules.add(rule(rule)));
    return rules;
  }

  private static ObjectNode rule(CompiledRule rule) {
    ObjectNode json = JSON.objectNode();
    json.put("rule", RuleText.rule(rule));
    json.set("derived-from-rules", texts(rule.getOrigins()));
    return json;
  }

  static ArrayNode texts(Collection<String> texts) {
    ArrayNode array = JSON.arrayNode();
    texts.forEach(array::add);
    return array;
  }
}
