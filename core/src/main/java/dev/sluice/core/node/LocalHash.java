package dev.sluice.core.node;

import dev.sluice.core.desired.DesiredRecord.CompiledRule;
import dev.sluice.core.desired.DesiredRecord.DirectionPolicy;
import dev.sluice.core.desired.DesiredRecord.SubjectPolicy;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;

/** One hash over the subjects that a node enforces: labels, defaults and selector-level rules. */
final class LocalHash {
  private LocalHash() {}

  static String of(Collection<SubjectPolicy> policies) {
    List<SubjectPolicy> sorted =
        policies.stream().sorted(Comparator.comparing(SubjectPolicy::labels)).toList();
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (DataOutputStream out = new DataOutputStream(bytes)) {
      for (SubjectPolicy policy : sorted) {
        text(out, policy.labels().canonical());
        direction(out, policy.ingress());
        direction(out, policy.egress());
      }
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return sha256(bytes.toByteArray());
  }

  private static void direction(DataOutputStream out, DirectionPolicy direction)
      throws IOException {
    out.writeBoolean(direction.enforced());
    out.writeBoolean(!direction.auditedBy().isEmpty());
    out.writeInt(direction.rules().size());
    for (CompiledRule rule : direction.rules()) {
      text(out, rule.selector());
      out.writeInt(rule.protocol());
      out.writeInt(rule.portFirst());
      out.writeInt(rule.portLast());
      text(out, rule.portName());
      text(out, rule.verdict().name());
      out.writeInt(rule.precedence());
      out.writeBoolean(rule.audited());
      text(out, rule.redirect());
    }
  }

  private static void text(DataOutputStream out, String text) throws IOException {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    out.writeInt(utf8.length);
    out.write(utf8);
  }

  private static String sha256(byte[] bytes) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException missing) {
      throw new AssertionError("every Java platform has SHA-256", missing);
    }
  }
}
