package dev.sluice.core.policy;

/** The four lists of rules of a Cilium object: what may stand in an entry of each. */
enum RuleForm {
  INGRESS("ingress", "from", TrafficRule.Action.ALLOW),
  EGRESS("egress", "to", TrafficRule.Action.ALLOW),
  INGRESS_DENY("ingressDeny", "from", TrafficRule.Action.DENY),
  EGRESS_DENY("egressDeny", "to", TrafficRule.Action.DENY);

  private final String field;
  private final String prefix;
  private final TrafficRule.Action action;
  private final FieldTable fields;

  RuleForm(String field, String prefix, TrafficRule.Action action) {
    this.field = field;
    this.prefix = prefix;
    this.action = action;
    this.fields = table();
  }

  private FieldTable table() {
    FieldTable table =
        FieldTable.of("toPorts", "icmps")
            .and(peer("Endpoints"))
            .and(peer("Entities"))
            .and(peer("CIDR"))
            .and(peer("CIDRSet"))
            .outside(
                peer("Groups"),
                "(groups of a cloud provider) is not read: keep their addresses in a"
                    + " CiliumCIDRGroup and write "
                    + peer("CIDRSet")
                    + " with its cidrGroupRef")
            .outside(
                peer("Nodes"),
                "(nodes by label) is not read: write "
                    + peer("Entities")
                    + ": [host, remote-node], or a ClusterNetworkPolicy with the nodes' networks")
            .outside(
                peer("Requires"),
                "is read by no version of Cilium any more: write the labels into each selector of "
                    + peer("Endpoints"));
    if (egress()) {
      table = table.and("toServices");
    }
    if (deny()) {
      if (egress()) {
        table =
            table.outside(
                "toFQDNs", "cannot be denied, an answer may hold any address: write toCIDRSet");
      }
      return table.outside("authentication", "has no place in a deny rule: take it out");
    }
    if (egress()) {
      table = table.and("toFQDNs");
    }
    return table.outside(
        "authentication",
        "(mutual authentication) is not enforced: take it out, and let the workloads use TLS");
  }

  /** The key of the list in a spec: {@code ingressDeny}. */
  String field() {
    return field;
  }

  TrafficRule.Action action() {
    return action;
  }

  FieldTable fields() {
    return fields;
  }

  boolean egress() {
    return prefix.equals("to");
  }

  boolean deny() {
    return action == TrafficRule.Action.DENY;
  }

  /** The field of a kind of peers: {@code fromEndpoints} for Endpoints. */
  String peer(String kind) {
    return prefix + kind;
  }
}
