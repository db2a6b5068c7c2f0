package dev.sluice.core.policy;

import dev.sluice.core.label.Label;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;

/**
 * The labels by which identities that are not pods are found: what a compiled rule asks for and
 * what identity-stream gives. Spelt as Cilium spells them where it has them.
 */
public final class PeerLabels {
  /** Source of labels that name prefixes. */
  public static final String CIDR = "cidr";

  /** Source of labels that name CiliumCIDRGroups. */
  public static final String CIDR_GROUP = "cidrgroup";

  /** Source of labels that name FQDN selectors. */
  public static final String FQDN = "fqdn";

  /** Source of labels that name Services which list their endpoints themselves. */
  public static final String SERVICE = "service";

  /**
   * Of pods under audit: what policies would drop for them passes and is told. It makes an identity
   * of its own, since entries belong to identities.
   */
  public static final Label AUDIT = new Label("sluice", "policy-audit", "");

  private static final String GROUP_NAME = "io.cilium.policy.cidrgroupname/";
  private static final String GROUP_SELECTED = "sluice.dev/selected-by/";

  private PeerLabels() {}

  /**
   * {@code cidr:10.0.0.0/8}; a colon of IPv6 is written as a minus: {@code cidr:2001-db8--0/32}.
   */
  public static Label cidr(Prefix prefix) {
    IpAddress address = prefix.address();
    String text = address.toString();
    if (address.v6()) {
      text = text.startsWith(":") ? "0" + text : text;
      text = text.endsWith(":") ? text + "0" : text;
      text = text.replace(':', '-');
    }
    return new Label(CIDR, text + "/" + prefix.length(), "");
  }

  /** The addresses of one group. */
  public static Label group(String name) {
    return new Label(CIDR_GROUP, GROUP_NAME + name, "");
  }

  /** The addresses of every group that the selector selects. */
  public static Label groups(LabelSelector selector) {
    return new Label(CIDR_GROUP, GROUP_SELECTED + selector.id(), "");
  }

  /** The addresses that DNS gave for the names of a selector. */
  public static Label fqdn(FqdnSelector selector) {
    return new Label(FQDN, selector.toString(), "");
  }

  /** The addresses that the EndpointSlices of a Service without selector list. */
  public static Label service(String namespace, String name) {
    return new Label(SERVICE, namespace + "/" + name, "");
  }
}
