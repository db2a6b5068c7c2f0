package dev.sluice.core.policy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** What every policy object has around its spec: its version, its metadata, its status. */
final class PolicyObject {
  private static final FieldTable ONE_SPEC =
      FieldTable.of("apiVersion", "kind", "metadata", "spec", "status");
  private static final FieldTable SPECS = ONE_SPEC.and("specs");
  private static final List<String> GROUP_VERSIONS = List.of("cilium.io/v2", "cilium.io/v2alpha1");
  private static final String OURS = "sluice.dev/";
  private static final FieldTable ANNOTATIONS = FieldTable.of(Policy.AUDIT_ANNOTATION);

  private PolicyObject() {}

  /**
   * Checks the fields of the object itself.
   *
   * @return whether all are known
   */
  static boolean check(Map<String, Object> body, PolicyKind kind, Reading reading) {
    FieldTable fields = kind.apiVersion().startsWith("cilium.io/") ? SPECS : ONE_SPEC;
    return check(body, fields, kind.text(), List.of(kind.apiVersion()), reading);
  }

  /** The same for a CiliumCIDRGroup. */
  static boolean checkGroup(Map<String, Object> body, Reading reading) {
    return check(body, ONE_SPEC, CidrGroup.KIND, GROUP_VERSIONS, reading);
  }

  /** The same for SluiceSettings. */
  static boolean checkSettings(Map<String, Object> body, Reading reading) {
    return check(
        body, ONE_SPEC, ClusterSettings.KIND, List.of(ClusterSettings.API_VERSION), reading);
  }

  private static boolean check(
      Map<String, Object> body,
      FieldTable fields,
      String kind,
      List<String> versions,
      Reading reading) {
    boolean known = fields.check(body, "", reading);
    word(body, "apiVersion", versions, reading);
    word(body, "kind", List.of(kind), reading);
    return known;
  }

  private static void word(
      Map<String, Object> body, String field, List<String> wanted, Reading reading) {
    reading
        .string(body, field, "")
        .filter(text -> !wanted.contains(text))
        .ifPresent(
            text ->
                reading.refuse(
                    "bad-value",
                    field,
                    field + " " + text + " is not known: write " + wanted.getFirst()));
  }

  /** Whether the policy only tells what it would deny. */
  static boolean audit(Map<String, Object> body, Reading reading) {
    Map<String, Object> annotations = child(child(body, "metadata"), "annotations");
    String at = "metadata.annotations";
    Map<String, Object> ours = new TreeMap<>(annotations);
    ours.keySet().removeIf(key -> !key.startsWith(OURS));
    ANNOTATIONS.check(ours, at, reading);
    Optional<String> mode = reading.string(annotations, Policy.AUDIT_ANNOTATION, at);
    if (mode.isPresent() && !mode.get().equals("Enabled") && !mode.get().equals("Disabled")) {
      reading.refuse(
          "bad-value",
          Reading.at(at, Policy.AUDIT_ANNOTATION),
          "audit mode is \"" + mode.get() + "\": write Enabled or Disabled");
    }
    return mode.filter("Enabled"::equals).isPresent();
  }

  /** Metadata is for ingest to check: what is no object here is read as empty. */
  @SuppressWarnings("unchecked")
  private static Map<String, Object> child(Map<String, Object> object, String field) {
    return object.get(field) instanceof Map<?, ?> map ? (Map<String, Object>) map : Map.of();
  }
}
