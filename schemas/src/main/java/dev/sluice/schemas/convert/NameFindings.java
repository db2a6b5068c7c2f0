package dev.sluice.schemas.convert;

import dev.sluice.core.dns.NameFinding;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.schemas.Diagnostic;
import dev.sluice.schemas.Severity;
import java.time.Instant;

/** Findings about names as rows of topic diagnostics. All are warnings. */
public final class NameFindings {
  private NameFindings() {}

  /**
   * The row's key.
   *
   * @param finding key of the finding
   * @param writer {@code component[@node]}
   */
  public static String key(String finding, String writer) {
    return finding + "|" + writer;
  }

  public static Diagnostic toAvro(NameFinding finding, String writer) {
    return Diagnostic.newBuilder()
        .setTime(Instant.ofEpochMilli(finding.sinceMillis()))
        .setSeverity(Severity.WARNING)
        .setCode(finding.code())
        .setKind(finding.policy().kind())
        .setNamespace(finding.policy().namespace())
        .setName(finding.policy().name())
        .setMessage(finding.message())
        .setWriter(writer)
        .build();
  }

  public static NameFinding fromAvro(Diagnostic row) {
    return new NameFinding(
        new ObjectKey(row.getKind(), row.getNamespace(), row.getName()),
        row.getCode(),
        row.getTime().toEpochMilli(),
        row.getMessage());
  }
}
