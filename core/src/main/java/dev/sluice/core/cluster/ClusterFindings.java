package dev.sluice.core.cluster;

import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.policy.Finding;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * What {@link ClusterFold} could not make of Pods and Nodes: addresses that it cannot read, and
 * pods for which no number was left.
 */
public final class ClusterFindings {
  public static final String UNREADABLE_ADDRESS = "unreadable-address";
  public static final String NO_NUMBER = "no-identity-number";

  /** As {@link #of(ObjectEvent)}. */
  public static final Function<ObjectEvent, List<Finding>> READER = ClusterFindings::of;

  private ClusterFindings() {}

  /** Whether objects of a kind have addresses to look at. */
  public static boolean areOf(String kind) {
    return kind.equals("Pod") || kind.equals("Node");
  }

  /** The finding about an endpoint that has no number of its own; none about others. */
  public static List<Finding> of(ClusterRecord.Endpoint endpoint) {
    return endpoint.identity() != ReservedIdentity.INIT.number()
        ? List.of()
        : List.of(
            new Finding(
                Finding.Severity.ERROR,
                NO_NUMBER,
                "",
                "every identity number of this log has been given, so the pod stays closed: begin"
                    + " a new log with another topic.prefix"));
  }

  /** The addresses that cannot be read in an object; none of one that is gone. */
  public static List<Finding> of(ObjectEvent event) {
    List<Finding> findings = new ArrayList<>();
    if (event.type() == ObjectEvent.Type.DELETED) {
      return findings;
    }
    ObjectBody body = ReadFields.body(event);
    ObjectBody status = body.object("status");
    if (event.key().kind().equals("Pod")) {
      List<String> listed = status.objects("podIPs").map(entry -> entry.text("ip")).toList();
      each(listed, "status.podIPs[%d].ip", ClusterFindings::address, findings);
      one(status.text("podIP"), () -> "status.podIP", ClusterFindings::address, findings);
    } else {
      List<String> internal =
          status
              .objects("addresses")
              .map(entry -> entry.text("type").equals("InternalIP") ? entry.text("address") : "")
              .toList();
      each(internal, "status.addresses[%d].address", ClusterFindings::address, findings);
      ObjectBody spec = body.object("spec");
      each(spec.texts("podCIDRs").toList(), "spec.podCIDRs[%d]", ClusterFindings::prefix, findings);
      one(spec.text("podCIDR"), () -> "spec.podCIDR", ClusterFindings::prefix, findings);
    }
    return findings;
  }

  private static void each(
      List<String> texts,
      String path,
      Function<String, Optional<String>> check,
      List<Finding> findings) {
    for (int i = 0; i < texts.size(); i++) {
      int place = i;
      one(texts.get(i), () -> path.formatted(place), check, findings);
    }
  }

  private static void one(
      String text,
      Supplier<String> path,
      Function<String, Optional<String>> check,
      List<Finding> findings) {
    check
        .apply(text)
        .ifPresent(
            message ->
                findings.add(
                    new Finding(
                        Finding.Severity.WARNING, UNREADABLE_ADDRESS, path.get(), message)));
  }

  private static Optional<String> address(String text) {
    return text.isEmpty() || Literals.address(text).isPresent()
        ? Optional.empty()
        : Optional.of(
            "'%s' is not an IP address and is passed over: write one like 10.0.1.5 or fd00::5"
                .formatted(text));
  }

  private static Optional<String> prefix(String text) {
    return text.isEmpty() || Literals.prefix(text).isPresent()
        ? Optional.empty()
        : Optional.of(
            "'%s' is not a prefix and is passed over: write one like 10.0.1.0/24 or fd00::/64"
                .formatted(text));
  }
}
