package dev.sluice.core.policy;

import dev.sluice.core.cluster.IdentityFilter;
import dev.sluice.core.cluster.ReservedIdentity;
import dev.sluice.core.label.Label;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** How the key of a selector is read, which depends on what the selector selects. */
enum KeyDialect {
  /**
   * Identities, as Cilium writes them: a key may carry its source ({@code k8s:}, {@code any:},
   * {@code reserved:}), a bare key means any source.
   */
  CILIUM {
    @Override
    Optional<Label> read(String typed, String path, Reading reading) {
      int colon = typed.indexOf(':');
      String source = colon < 0 ? Requirement.ANY : typed.substring(0, colon);
      String key = typed.substring(colon + 1);
      if (!SOURCES.contains(source)) {
        reading.refuse(
            "bad-value",
            path,
            "labels of source "
                + source
                + ": are not selected by "
                + "a selector of endpoints: write k8s:, any:, reserved: or no source, and prefixes"
                + " in CIDR rules");
        return Optional.empty();
      }
      return source.equals(Label.RESERVED)
          ? reserved(key, path, reading)
          : identity(new Label(source, key, ""), key, path, reading);
    }
  },

  /** Pods, as Kubernetes writes them. */
  POD {
    @Override
    Optional<Label> read(String typed, String path, Reading reading) {
      return identity(Label.k8s(typed, ""), typed, path, reading);
    }
  },

  /** Namespaces, by which their pods are selected. */
  NAMESPACE {
    @Override
    Optional<Label> read(String typed, String path, Reading reading) {
      return plain(Label.k8s(LabelSelector.NAMESPACE_LABELS + typed, ""), typed, path, reading);
    }
  },

  /** Services, by their own labels. */
  SERVICE {
    @Override
    Optional<Label> read(String typed, String path, Reading reading) {
      String key =
          SERVICE_PREFIXES.stream()
              .filter(typed::startsWith)
              .findFirst()
              .map(prefix -> typed.substring(prefix.length()))
              .orElse(typed);
      return plain(Label.k8s(key, ""), key, path, reading);
    }
  },

  /** CiliumCIDRGroups, by their own labels. */
  CIDR_GROUP {
    @Override
    Optional<Label> read(String typed, String path, Reading reading) {
      String key =
          typed.startsWith(CidrGroup.SOURCE + ":")
              ? typed.substring(CidrGroup.SOURCE.length() + 1)
              : typed;
      return plain(new Label(CidrGroup.SOURCE, key, ""), key, path, reading);
    }
  };

  private static final List<String> SOURCES = List.of(Requirement.ANY, Label.K8S, Label.RESERVED);
  private static final List<String> SERVICE_PREFIXES =
      List.of(Requirement.ANY + ":", Label.K8S + ":");

  /** The key as a label without a value; empty when it was refused. */
  abstract Optional<Label> read(String typed, String path, Reading reading);

  private static Optional<Label> plain(Label label, String key, String path, Reading reading) {
    if (LabelSyntax.isKey(key)) {
      return Optional.of(label);
    }
    reading.refuse("bad-value", path, LabelSyntax.aboutKey(key));
    return Optional.empty();
  }

  private static Optional<Label> identity(Label label, String key, String path, Reading reading) {
    // Labels of a namespace stand under a prefix, which may make a lawful name longer than 63.
    String rest =
        key.startsWith(LabelSelector.NAMESPACE_LABELS)
            ? key.substring(LabelSelector.NAMESPACE_LABELS.length())
            : key;
    if (!IdentityFilter.counts(key)) {
      reading.refuse(
          "label-not-in-identity",
          path,
          "label "
              + key
              + " takes no part in identities, no selector can tell pods apart by it: write another"
              + " label of the pods");
      return Optional.empty();
    }
    return plain(label, rest, path, reading);
  }

  private static Optional<Label> reserved(String key, String path, Reading reading) {
    List<String> words =
        Arrays.stream(ReservedIdentity.values())
            .filter(identity -> identity != ReservedIdentity.UNKNOWN)
            .map(ReservedIdentity::text)
            .toList();
    if (words.contains(key)) {
      return Optional.of(Label.reserved(key));
    }
    reading.refuse(
        "bad-value",
        path,
        Nearest.of(key, words)
            .map(match -> "there is no reserved:" + key + ": did you mean " + match.word() + "?")
            .orElse(
                "there is no reserved:"
                    + key
                    + ": write one of "
                    + String.join(", ", words)
                    + ", or entities"));
    return Optional.empty();
  }
}
