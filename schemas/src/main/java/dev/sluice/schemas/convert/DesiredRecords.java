package dev.sluice.schemas.convert;

import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.desired.ServiceRow;
import dev.sluice.core.label.LabelSet;
import dev.sluice.core.log.Change;
import dev.sluice.core.policy.ClusterSettings;
import dev.sluice.core.policy.EnforcementMode;
import dev.sluice.schemas.Address;
import dev.sluice.schemas.Backend;
import dev.sluice.schemas.CompiledRule;
import dev.sluice.schemas.DesiredRow;
import dev.sluice.schemas.DirectionPolicy;
import dev.sluice.schemas.Frontend;
import dev.sluice.schemas.IdentityLabels;
import dev.sluice.schemas.IdentityPorts;
import dev.sluice.schemas.Mark;
import dev.sluice.schemas.Member;
import dev.sluice.schemas.RuleVerdict;
import dev.sluice.schemas.Selector;
import dev.sluice.schemas.ServiceNode;
import dev.sluice.schemas.SubjectPolicy;
import java.util.List;

/** Rows of topic desired to and from core's records. */
public final class DesiredRecords {
  private DesiredRecords() {}

  /** The row of a change; null for a removal. */
  public static DesiredRow toAvro(long position, Change<DesiredRecord> change) {
    return switch (change.value()) {
      case null -> null;
      case DesiredRecord.SubjectPolicy policy -> new DesiredRow(position, toAvro(policy));
      case DesiredRecord.Selector selector ->
          new DesiredRow(position, new Selector(selector.id(), selector.text(), selector.users()));
      case DesiredRecord.Member member ->
          new DesiredRow(position, new Member(member.selector(), member.identity()));
      case DesiredRecord.IdentityPorts ports ->
          new DesiredRow(
              position, new IdentityPorts(ports.identity(), ClusterRecords.toAvro(ports.ports())));
      case DesiredRecord.IdentityLabels labels ->
          new DesiredRow(position, new IdentityLabels(labels.identity(), labels.labels().texts()));
      case DesiredRecord.DesiredAddress address ->
          new DesiredRow(position, ClusterRecords.toAvro(address.address()));
      case DesiredRecord.Settings(ClusterSettings settings) ->
          new DesiredRow(position, toAvro(settings));
      case ServiceRow service -> new DesiredRow(position, ServiceRecords.toAvro(service));
    };
  }

  public static DesiredRow mark(long position, long revision, String hash) {
    return new DesiredRow(position, new Mark(position, revision, hash));
  }

  /**
   * @param row null for a tombstone
   * @param removedAt of a tombstone: the position it is true for, or -1
   */
  public static Row<DesiredRecord> fromAvro(String key, DesiredRow row, long removedAt) {
    if (row == null) {
      return new Row.Changed<>(removedAt, Change.remove(kind(key), key));
    }
    return switch (row.getEntry()) {
      case Mark mark -> Row.Marked.of(mark);
      case SubjectPolicy policy -> changed(row, key, fromAvro(policy));
      case Selector selector ->
          changed(
              row,
              key,
              new DesiredRecord.Selector(
                  selector.getId(), selector.getText(), selector.getUsers()));
      case Member member ->
          changed(row, key, new DesiredRecord.Member(member.getSelector(), member.getIdentity()));
      case IdentityPorts ports ->
          changed(
              row,
              key,
              new DesiredRecord.IdentityPorts(
                  ports.getIdentity(), ClusterRecords.fromAvro(ports.getPorts())));
      case IdentityLabels labels ->
          changed(
              row,
              key,
              new DesiredRecord.IdentityLabels(
                  labels.getIdentity(), LabelSet.parse(labels.getLabels())));
      case Address address ->
          changed(row, key, new DesiredRecord.DesiredAddress(ClusterRecords.fromAvro(address)));
      case dev.sluice.schemas.ClusterSettings settings ->
          changed(row, key, new DesiredRecord.Settings(fromAvro(settings)));
      case Frontend frontend -> changed(row, key, ServiceRecords.fromAvro(frontend));
      case Backend backend -> changed(row, key, ServiceRecords.fromAvro(backend));
      case ServiceNode node -> changed(row, key, ServiceRecords.fromAvro(node));
      default -> throw new IllegalArgumentException("not an entry: " + row.getEntry());
    };
  }

  private static Row<DesiredRecord> changed(DesiredRow row, String key, DesiredRecord record) {
    return new Row.Changed<>(row.getPosition(), Change.upsert(record.getClass(), key, record));
  }

  /** What a key of topic desired names. */
  private static Class<? extends DesiredRecord> kind(String key) {
    int slash = key.indexOf('/');
    return switch (slash < 0 ? key : key.substring(0, slash)) {
      case "policy" -> DesiredRecord.SubjectPolicy.class;
      case "selector" -> DesiredRecord.Selector.class;
      case "member" -> DesiredRecord.Member.class;
      case "ports" -> DesiredRecord.IdentityPorts.class;
      case "identity" -> DesiredRecord.IdentityLabels.class;
      case "address" -> DesiredRecord.DesiredAddress.class;
      case DesiredRecord.Settings.KEY -> DesiredRecord.Settings.class;
      case "service" -> ServiceRecords.kind(key);
      default -> throw new IllegalArgumentException("not a key of topic desired: " + key);
    };
  }

  private static dev.sluice.schemas.ClusterSettings toAvro(ClusterSettings settings) {
    return new dev.sluice.schemas.ClusterSettings(
        switch (settings.enforcement()) {
          case DEFAULT -> dev.sluice.schemas.EnforcementMode.DEFAULT;
          case ALWAYS -> dev.sluice.schemas.EnforcementMode.ALWAYS;
          case NEVER -> dev.sluice.schemas.EnforcementMode.NEVER;
        },
        settings.policyMapEntries());
  }

  private static ClusterSettings fromAvro(dev.sluice.schemas.ClusterSettings settings) {
    return new ClusterSettings(
        switch (settings.getEnforcement()) {
          case DEFAULT, UNKNOWN -> EnforcementMode.DEFAULT;
          case ALWAYS -> EnforcementMode.ALWAYS;
          case NEVER -> EnforcementMode.NEVER;
        },
        settings.getPolicyMapEntries(),
        "",
        List.of()); // whom Sluice's own pods reach is in subjects' rows
  }

  private static SubjectPolicy toAvro(DesiredRecord.SubjectPolicy policy) {
    return new SubjectPolicy(
        policy.identity(),
        policy.labels().texts(),
        policy.revision(),
        policy.hash(),
        toAvro(policy.ingress()),
        toAvro(policy.egress()));
  }

  private static DirectionPolicy toAvro(DesiredRecord.DirectionPolicy direction) {
    return new DirectionPolicy(
        direction.enforced(),
        direction.enforcedBy(),
        direction.auditedBy(),
        direction.rules().stream().map(DesiredRecords::toAvro).toList());
  }

  private static CompiledRule toAvro(DesiredRecord.CompiledRule rule) {
    return new CompiledRule(
        rule.selector(),
        rule.protocol(),
        rule.portFirst(),
        rule.portLast(),
        rule.portName(),
        toAvro(rule.verdict()),
        rule.precedence(),
        rule.audited(),
        rule.redirect(),
        rule.origins());
  }

  private static RuleVerdict toAvro(DesiredRecord.RuleVerdict verdict) {
    return switch (verdict) {
      case ALLOW -> RuleVerdict.ALLOW;
      case DENY -> RuleVerdict.DENY;
      case PASS -> RuleVerdict.PASS;
      case AUDIT -> RuleVerdict.AUDIT;
      case REDIRECT -> RuleVerdict.REDIRECT;
    };
  }

  private static DesiredRecord.SubjectPolicy fromAvro(SubjectPolicy policy) {
    return new DesiredRecord.SubjectPolicy(
        policy.getIdentity(),
        LabelSet.parse(policy.getLabels()),
        policy.getRevision(),
        policy.getHash(),
        fromAvro(policy.getIngress()),
        fromAvro(policy.getEgress()));
  }

  private static DesiredRecord.DirectionPolicy fromAvro(DirectionPolicy direction) {
    return new DesiredRecord.DirectionPolicy(
        direction.getEnforced(),
        direction.getEnforcedBy(),
        direction.getAuditedBy(),
        direction.getRules().stream().map(DesiredRecords::fromAvro).toList());
  }

  private static DesiredRecord.CompiledRule fromAvro(CompiledRule rule) {
    return new DesiredRecord.CompiledRule(
        rule.getSelector(),
        rule.getProtocol(),
        rule.getPortFirst(),
        rule.getPortLast(),
        rule.getPortName(),
        fromAvro(rule.getVerdict()),
        rule.getPrecedence(),
        rule.getAudited(),
        rule.getRedirect(),
        rule.getOrigins());
  }

  /** A verdict that only a newer writer knows allows nothing. */
  private static DesiredRecord.RuleVerdict fromAvro(RuleVerdict verdict) {
    return switch (verdict) {
      case ALLOW -> DesiredRecord.RuleVerdict.ALLOW;
      case DENY, UNKNOWN -> DesiredRecord.RuleVerdict.DENY;
      case PASS -> DesiredRecord.RuleVerdict.PASS;
      case AUDIT -> DesiredRecord.RuleVerdict.AUDIT;
      case REDIRECT -> DesiredRecord.RuleVerdict.REDIRECT;
    };
  }
}
