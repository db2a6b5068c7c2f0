package dev.sluice.ingest.manifest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an API server would refuse is refused with its field and what to write instead. */
class ServiceChecksTest {
  private static final String SPECIAL =
      " is an address that every host has or that is for one link: write another one";

  private static String told(String kind, String body) {
    String text =
        "apiVersion: v1\nkind: %s\nmetadata: {name: web, namespace: shop}\n%s\n"
            .formatted(kind, body);
    ManifestFile file = ManifestReader.read("f", text.getBytes(StandardCharsets.UTF_8));
    return file.problems().isEmpty() ? "" : file.problems().getFirst().toString();
  }

  private static Arguments row(String spec, String told) {
    return Arguments.of(spec, "f:4: spec" + told);
  }

  static Stream<Arguments> services() {
    return Stream.of(
        row("{selector: {app: web}}", ".ports: a Service without ports: write one at least"),
        row("{type: ExternalName}", ".externalName: the field is missing: write it"),
        row(
            "{type: NodePort, clusterIP: None, ports: [{port: 80}]}",
            ".clusterIP: a NodePort needs a cluster address: leave the field out, or write type"
                + " ClusterIP"),
        row(
            "{ports: [{port: 80}, {port: 81}]}",
            ".ports[0].name: of several ports each has a name: write one"),
        row(
            "{ports: [{name: a, port: 80}, {name: a, port: 81}]}",
            ".ports[1].name: another port has that name: write another one"),
        row(
            "{ports: [{name: a, port: 80}, {name: b, port: 80}]}",
            ".ports[1].port: another port is 80/TCP as well: write another one"),
        row(
            "{ports: [{port: 80, targetPort: No_Port}]}",
            ".ports[0].targetPort: 'No_Port' is no name of a port: write a number, or up to 15"
                + " lower case letters, digits and '-'"),
        row(
            "{ports: [{port: 80, nodePort: 30080}]}",
            ".ports[0].nodePort: a ClusterIP has none: write type NodePort, or leave the field"
                + " out"),
        row(
            "{type: NodePort, ports: [{name: a, port: 80, nodePort: 30080}, {name: b, port: 81,"
                + " nodePort: 30080}]}",
            ".ports[1].nodePort: another port has node port 30080/TCP as well: write another one"),
        row("{ports: [{port: 80}], externalIPs: [127.0.0.1]}", ".externalIPs: 127.0.0.1" + SPECIAL),
        row("{ports: [{port: 80}], externalIPs: [\"::1\"]}", ".externalIPs: ::1" + SPECIAL),
        row("{ports: [{port: 80}], externalIPs: [0.0.0.0]}", ".externalIPs: 0.0.0.0" + SPECIAL),
        row("{ports: [{port: 80}], externalIPs: [224.0.0.9]}", ".externalIPs: 224.0.0.9" + SPECIAL),
        row(
            "{ports: [{port: 80}], externalTrafficPolicy: Local}",
            ".externalTrafficPolicy: it is without effect: nobody outside reaches a ClusterIP"
                + " without externalIPs"),
        row(
            "{type: NodePort, ports: [{port: 80}], loadBalancerSourceRanges: [10.0.0.0/8]}",
            ".loadBalancerSourceRanges: they keep nobody away from a NodePort: write type"
                + " LoadBalancer, or a policy"),
        row(
            "{type: LoadBalancer, ports: [{port: 80}], healthCheckNodePort: 32000}",
            ".healthCheckNodePort: it is served for type LoadBalancer with externalTrafficPolicy"
                + " Local alone"),
        row(
            "{ports: [{port: 80}], sessionAffinityConfig: {clientIP: {timeoutSeconds: 5}}}",
            ".sessionAffinityConfig: it is without effect: write sessionAffinity ClientIP"),
        row(
            "{ports: [{port: 80}], sesionAffinity: ClientIP}",
            ".sesionAffinity: unknown field sesionAffinity: did you mean sessionAffinity?"),
        row(
            "{ports: [{port: 80, targetport: 8080}]}",
            ".ports[0].targetport: unknown field targetport: did you mean targetPort?"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("services")
  void aServiceThatAnApiServerWouldRefuse(String spec, String told) {
    assertEquals(told, told("Service", "spec: " + spec));
  }

  @Test
  void norMayABalancerSendTheHostsOwnTrafficHere() {
    assertEquals(
        "f:5: status.loadBalancer.ingress[0].ip: 127.0.0.1" + SPECIAL,
        told(
            "Service",
            "spec: {type: LoadBalancer, ports: [{port: 80}]}\n"
                + "status: {loadBalancer: {ingress: [{ip: 127.0.0.1}]}}"));
  }

  /** Of every kind one, and a field that this version does not know. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "{ports: [{port: 80, targetPort: http-2}], somethingNewer: true}",
        "{clusterIP: None, selector: {app: web}}",
        "{clusterIPs: [None]}",
        "{type: ExternalName, externalName: www.example.com}",
        "{externalIPs: [198.51.100.9], externalTrafficPolicy: Local, ports: [{port: 80}]}",
        "{type: LoadBalancer, externalTrafficPolicy: Local, healthCheckNodePort: 32000,"
            + " loadBalancerSourceRanges: [10.0.0.0/8], ports: [{port: 80, nodePort: 30080}]}",
        "{type: NodePort, ports: [{name: t, port: 80, nodePort: 30080}, {name: u, port: 80,"
            + " nodePort: 30080, protocol: UDP}]}"
      })
  void whatItTakesIsTaken(String spec) {
    assertEquals("", told("Service", "spec: " + spec));
  }

  static Stream<Arguments> slices() {
    return Stream.of(
        Arguments.of("", "f:1: addressType: the field is missing: write it"),
        Arguments.of(
            "addressType: IPv5", "f:4: addressType: 'IPv5' is not known: write IPv4, IPv6 or FQDN"),
        Arguments.of(
            "addressType: IPv4\nendpoints: [{addresses: [10.0.1.300]}]",
            "f:5: endpoints[0].addresses: '10.0.1.300' is not an IP address: write one like"
                + " 10.96.0.10 or fd00::a"),
        Arguments.of(
            "addressType: IPv6\nendpoints: [{addresses: [10.0.1.3]}]",
            "f:5: endpoints[0].addresses: 10.0.1.3 is not of addressType IPv6: write it in a slice"
                + " of its own"),
        Arguments.of(
            "addressType: IPv4\nendpoints: [{addresses: [10.0.1.3]}, {addresses:"
                + " [169.254.169.254]}]",
            "f:5: endpoints[1].addresses: 169.254.169.254" + SPECIAL),
        Arguments.of(
            "addressType: IPv6\nendpoints: [{addresses: [\"fe80::1\"]}]",
            "f:5: endpoints[0].addresses: fe80::1" + SPECIAL),
        Arguments.of(
            "addressType: IPv4\nendpoints: [{addresses: [10.0.1.3], condition: {ready: false}}]",
            "f:5: endpoints[0].condition: unknown field condition: did you mean conditions?"));
  }

  @ParameterizedTest
  @MethodSource("slices")
  void aSliceThatAnApiServerWouldRefuse(String fields, String told) {
    assertEquals(told, told("EndpointSlice", fields));
  }

  @Test
  void namesAreNoAddresses() {
    assertEquals(
        "",
        told("EndpointSlice", "addressType: FQDN\nendpoints: [{addresses: [www.example.com]}]"));
  }
}
