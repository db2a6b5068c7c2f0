package dev.sluice.core.policy;

import dev.sluice.core.label.Label;
import dev.sluice.core.label.LabelSet;
import dev.sluice.core.net.Prefix;
import java.util.ArrayList;
import java.util.List;

/**
 * A CiliumCIDRGroup: prefixes under a name, which policies use by the name or by the group's own
 * labels.
 *
 * @param prefixes sorted, distinct
 * @param labels that the identities of its prefixes get: {@code
 *     cidrgroup:io.cilium.policy.cidrgroupname/<name>} and the group's own under source {@code
 *     cidrgroup}
 */
public record CidrGroup(String name, List<Prefix> prefixes, LabelSet labels) {
  /** Kind of the object. */
  public static final String KIND = "CiliumCIDRGroup";

  /** Source of the labels that a prefix has from its groups. */
  public static final String SOURCE = "cidrgroup";

  private static final String NAME_KEY = "io.cilium.policy.cidrgroupname/";

  public CidrGroup {
    prefixes = prefixes.stream().sorted().distinct().toList();
  }

  /** The label by which a group is used by its name. */
  public static Label nameLabel(String name) {
    return new Label(SOURCE, NAME_KEY + name, "");
  }

  /**
   * A group with the labels that follow from its name and its own.
   *
   * @param own the labels of the object
   */
  static CidrGroup of(String name, List<Prefix> prefixes, List<Label> own) {
    List<Label> labels = new ArrayList<>(own);
    labels.add(nameLabel(name));
    return new CidrGroup(name, prefixes, LabelSet.of(labels));
  }
}
