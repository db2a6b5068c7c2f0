package dev.sluice.core.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Reads a CiliumNetworkPolicy or its cluster-wide sibling: {@code spec} and {@code specs}. */
final class CiliumPolicyReader {
  private final Reading reading;
  private final CiliumSpecReader specs;

  /**
   * @param namespace of the policy; empty for a cluster-wide one
   */
  CiliumPolicyReader(Reading reading, String namespace) {
    this.reading = reading;
    this.specs = new CiliumSpecReader(reading, new CiliumScope(reading, namespace));
  }

  /** The rules of the object; meaningless when the reading holds a refusal. */
  List<PolicyRule> read(Map<String, Object> body, boolean known) {
    List<PolicyRule> read = new ArrayList<>();
    Object spec = body.get("spec");
    List<?> list = reading.list(body, "specs", "", "write a list of specs").orElse(List.of());
    boolean says = spec != null || !list.isEmpty();
    if (!says && known && (body.get("specs") == null || body.get("specs") instanceof List)) {
      reading.refuse(
          "missing-field", "spec", "spec is missing: write endpointSelector and ingress");
    }
    if (spec != null) {
      specs.read(spec, "spec").ifPresent(read::add);
    }
    for (int i = 0; i < list.size(); i++) {
      specs.read(list.get(i), Reading.at("specs", i)).ifPresent(read::add);
    }
    return read;
  }
}
