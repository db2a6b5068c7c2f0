package dev.sluice.core.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Manifests in, parsed policies out: {@code language/<kind>/<row>.yaml} and {@code .expected}. With
 * {@code -Dgolden.write=true} the expectations are written anew, to be looked through in the diff.
 */
class LanguageGoldenTest {
  /** Every field of the language that is read, by what Cilium and Kubernetes call it. */
  private static final Set<String> FIELDS =
      Set.of(
          // CiliumNetworkPolicy and its cluster-wide sibling
          ("spec specs endpointSelector ingress egress ingressDeny egressDeny enableDefaultDeny"
               + " labels description log fromEndpoints fromEntities fromCIDR fromCIDRSet"
               + " toEndpoints toEntities toCIDR toCIDRSet toServices toFQDNs toPorts icmps cidr"
               + " cidrGroupRef cidrGroupSelector except k8sService k8sServiceSelector serviceName"
               + " selector namespace matchName matchPattern ports port endPort protocol rules http"
               + " dns kafka serverNames path method host headers headerMatches name value mismatch"
               + " role apiKey apiVersion clientID topic fields family type matchLabels"
               + " matchExpressions key operator values source"
                  // NetworkPolicy
                  + " podSelector namespaceSelector ipBlock policyTypes from to"
                  // ClusterNetworkPolicy
                  + " tier priority subject namespaces pods networks nodes domainNames action"
                  + " protocols tcp udp sctp destinationPort number range start end"
                  + " destinationNamedPort"
                  // CiliumCIDRGroup
                  + " externalCIDRs")
              .split(" "));

  @TestFactory
  Stream<DynamicTest> rows() {
    return LanguageRow.all().stream()
        .map(row -> DynamicTest.dynamicTest(row.toString(), () -> check(row)));
  }

  private static void check(LanguageRow row) throws IOException {
    String read =
        row.isGroup()
            ? PolicyText.of(CidrGroupParser.parse(row.key(), row.body()))
            : PolicyText.of(PolicyParser.parse(row.key(), row.body()));
    if (Boolean.getBoolean("golden.write")) {
      Files.writeString(row.beside("expected"), read);
    }
    assertEquals(LanguageRow.read(row.beside("expected")), read);
  }

  @Test
  void noRowIsRefused() {
    for (LanguageRow row : LanguageRow.all()) {
      assertTrue(!LanguageRow.read(row.beside("expected")).contains("REFUSED"), row::toString);
    }
  }

  @Test
  void everyFieldHasARow() {
    Set<String> seen = new TreeSet<>();
    LanguageRow.all().forEach(row -> fields(row.body(), seen));
    Set<String> missing = new TreeSet<>(FIELDS);
    missing.removeAll(seen);
    assertEquals(Set.of(), missing);
  }

  private static void fields(Object value, Set<String> seen) {
    if (value instanceof Map<?, ?> map) {
      map.forEach(
          (field, below) -> {
            seen.add(field.toString());
            fields(below, seen);
          });
    } else if (value instanceof List<?> list) {
      list.forEach(item -> fields(item, seen));
    }
  }
}
