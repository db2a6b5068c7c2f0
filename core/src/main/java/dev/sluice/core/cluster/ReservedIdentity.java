package dev.sluice.core.cluster;

import dev.sluice.core.label.Label;
import dev.sluice.core.label.LabelSet;
import java.util.Arrays;
import java.util.Optional;

/**
 * The identities that exist before any pod does, with Cilium's numbers. World is 2 for both address
 * families.
 */
public enum ReservedIdentity {
  UNKNOWN(0),
  HOST(1),
  WORLD(2),
  UNMANAGED(3),
  HEALTH(4),
  INIT(5),
  REMOTE_NODE(6),
  KUBE_APISERVER(7),
  INGRESS(8);

  private final int number;

  ReservedIdentity(int number) {
    this.number = number;
  }

  public int number() {
    return number;
  }

  /** {@code host}, {@code remote-node}, …: the word that people and labels use. */
  public String text() {
    return name().toLowerCase(java.util.Locale.ROOT).replace('_', '-');
  }

  public LabelSet labels() {
    return LabelSet.of(Label.reserved(text()));
  }

  public static Optional<ReservedIdentity> of(int number) {
    return Arrays.stream(values()).filter(identity -> identity.number == number).findFirst();
  }
}
