package dev.sluice.core.policy;

/** The kinds of peers that a Cilium rule may have, each with what a list of it looks like. */
enum PeerKind {
  ENDPOINTS("Endpoints", "- matchLabels: {app: backend}"),
  ENTITIES("Entities", "[world]"),
  CIDR("CIDR", "[10.0.0.0/8]"),
  CIDR_SET("CIDRSet", "- cidr: 10.0.0.0/8"),
  SERVICES("Services", "- k8sService: {serviceName: api, namespace: shop}"),
  FQDNS("FQDNs", "- matchName: api.stripe.com");

  private final String field;
  private final String example;

  PeerKind(String field, String example) {
    this.field = field;
    this.example = example;
  }

  /** The field without {@code from} or {@code to}. */
  String field() {
    return field;
  }

  String example() {
    return example;
  }

  /** Whether a rule of this form may have it. */
  boolean standsIn(RuleForm form) {
    return switch (this) {
      case ENDPOINTS, ENTITIES, CIDR, CIDR_SET -> true;
      case SERVICES -> form.egress();
      case FQDNS -> form == RuleForm.EGRESS;
    };
  }
}
