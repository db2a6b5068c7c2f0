package dev.sluice.core.policy;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.net.Prefix;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a SluiceSettings says, and each way of saying what it may not. */
class ClusterSettingsTest {
  @ParameterizedTest
  @CsvSource({"default, DEFAULT", "always, ALWAYS", "never, NEVER"})
  void itSaysWhetherPoliciesCount(String word, EnforcementMode mode) {
    assertEquals(
        new ParsedSettings.Accepted(new ClusterSettings(mode, 16384, "", List.of())),
        parse("spec: {policyEnforcementMode: " + word + "}"));
  }

  @Test
  void whatItDoesNotSayIsAsIfThereWereNone() {
    assertEquals(new ParsedSettings.Accepted(ClusterSettings.DEFAULT), parse("spec: {}"));
  }

  @Test
  void itSaysHowManyEntriesAnIdentityMayHave() {
    assertEquals(
        new ParsedSettings.Accepted(
            new ClusterSettings(EnforcementMode.DEFAULT, 64, "", List.of())),
        parse("spec: {policyMapEntries: 64}"));
    refused(
        "spec: {policyMapEntries: 2}",
        "spec.policyMapEntries: policyMapEntries is 2: write a number from 16 to 1048576");
    refused(
        "spec: {policyMapEntries: \"64\"}",
        "spec.policyMapEntries: must be a whole number and is the string \"64\": take the quotes"
            + " away: policyMapEntries: 64");
  }

  @Test
  void itSaysWhereSluiceRunsAndWhomItNeeds() {
    assertEquals(
        new ParsedSettings.Accepted(
            new ClusterSettings(
                EnforcementMode.DEFAULT,
                16384,
                "sluice-system",
                List.of(
                    new SystemPeer(Prefix.parse("203.0.113.7/32"), 9092),
                    new SystemPeer(Prefix.parse("2001:db8::/64"), 0)))),
        parse(
            "spec: {systemNamespace: sluice-system, systemPeers: [{cidr: 203.0.113.7, port: 9092},"
                + " {cidr: \"2001:db8::/64\"}]}"));
    refused(
        "spec: {systemPeers: [{cidr: 203.0.113.7/32}]}",
        "spec.systemPeers: systemPeers are for the pods of a namespace: write systemNamespace too");
    refused(
        "spec: {systemNamespace: Sluice}",
        "spec.systemNamespace: systemNamespace is \"Sluice\": write the name of a namespace");
    refused(
        "spec: {systemNamespace: s, systemPeers: [{port: 9092}, {cidr: kafka}, {cidr: 10.0.0.1,"
            + " prot: 9092}]}",
        "spec.systemPeers[0].cidr: cidr is missing: write {cidr: 203.0.113.7/32, port: 9092}",
        "spec.systemPeers[1].cidr: \"kafka\" is no prefix: write an address and a length,"
            + " 10.0.0.0/8 or fd00::/8",
        "spec.systemPeers[2].prot: unknown field prot: did you mean port?");
  }

  @Test
  void whatItMayNotSayIsRefusedWithWhatToWrite() {
    refused(
        "spec: {policyEnforcementMod: always}",
        "spec.policyEnforcementMod: unknown field policyEnforcementMod: did you mean"
            + " policyEnforcementMode?");
    refused(
        "spec: {policyEnforcementMode: allways}",
        "spec.policyEnforcementMode: policyEnforcementMode is \"allways\": did you mean always?");
    refused(
        "spec: {policyEnforcementMode: strict}",
        "spec.policyEnforcementMode: policyEnforcementMode is \"strict\": write default, always,"
            + " never");
    refused(
        "spec: {policyEnforcementMode: true}",
        "spec.policyEnforcementMode: must be a string and is the boolean true: put the word in"
            + " quotes, as in policyEnforcementMode: \"true\"");
    refused("{}", "spec: spec is missing: write spec: {policyEnforcementMode: default}");
    refused(
        "spec: always",
        "spec: must be an object and is the string \"always\": write spec:"
            + " {policyEnforcementMode: default}");
    refused(
        "{apiVersion: sluice.dev/v2, spec: {}}",
        "apiVersion: apiVersion sluice.dev/v2 is not known: write sluice.dev/v1");
  }

  @Test
  void thereIsOne() {
    ObjectKey second = new ObjectKey(ClusterSettings.KIND, "", "second");
    assertEquals(
        "metadata.name: there is one SluiceSettings, for the whole cluster: call it cluster",
        said(ClusterSettingsParser.parse(second, body("spec: {}"))));
  }

  private static void refused(String yaml, String... sentences) {
    assertEquals(String.join("\n", sentences), said(parse(yaml)));
  }

  private static String said(ParsedSettings parsed) {
    return switch (parsed) {
      case ParsedSettings.Accepted accepted -> accepted.toString();
      case ParsedSettings.Refused(List<Finding> findings) ->
          findings.stream().map(Finding::toString).collect(Collectors.joining("\n"));
    };
  }

  private static ParsedSettings parse(String yaml) {
    return ClusterSettingsParser.parse(ClusterSettings.KEY, body(yaml));
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> body(String yaml) {
    return (Map<String, Object>) Yaml.of(yaml);
  }
}
