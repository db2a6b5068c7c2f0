package dev.sluice.schemas.convert;

import dev.sluice.core.cluster.ClusterRecord;
import dev.sluice.core.label.LabelSet;
import dev.sluice.core.log.Change;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;
import dev.sluice.schemas.Address;
import dev.sluice.schemas.AddressRow;
import dev.sluice.schemas.Endpoint;
import dev.sluice.schemas.EndpointRow;
import dev.sluice.schemas.Identity;
import dev.sluice.schemas.IdentityRow;
import dev.sluice.schemas.Mark;
import dev.sluice.schemas.NamedPort;
import dev.sluice.schemas.serde.TrustedClasses;
import dev.sluice.schemas.topic.Topic;
import dev.sluice.schemas.topic.Topics;
import java.util.List;
import org.apache.avro.specific.SpecificRecord;

/** Rows of topics identities, endpoints and addresses to and from core's records. */
public final class ClusterRecords {
  static {
    TrustedClasses.declare(); // builders copy defaults
  }

  private ClusterRecords() {}

  /** The topic a change belongs to. */
  public static Topic<? extends SpecificRecord> topic(Change<ClusterRecord> change) {
    if (change.kind() == ClusterRecord.Identity.class) {
      return Topics.IDENTITIES;
    }
    if (change.kind() == ClusterRecord.Endpoint.class) {
      return Topics.ENDPOINTS;
    }
    if (change.kind() == ClusterRecord.Address.class) {
      return Topics.ADDRESSES;
    }
    throw new IllegalArgumentException("not a kind of record: " + change.kind());
  }

  /** The row of a change in its {@link #topic}; null for a removal. */
  public static SpecificRecord toAvro(long position, Change<ClusterRecord> change) {
    return switch (change.value()) {
      case null -> null;
      case ClusterRecord.Identity identity -> new IdentityRow(position, toAvro(identity));
      case ClusterRecord.Endpoint endpoint -> new EndpointRow(position, toAvro(endpoint));
      case ClusterRecord.Address address -> new AddressRow(position, toAvro(address));
    };
  }

  public static IdentityRow identityMark(long position) {
    return new IdentityRow(position, mark(position));
  }

  public static EndpointRow endpointMark(long position) {
    return new EndpointRow(position, mark(position));
  }

  public static AddressRow addressMark(long position) {
    return new AddressRow(position, mark(position));
  }

  private static Mark mark(long position) {
    return new Mark(position, 0L, "");
  }

  /**
   * @param row null for a tombstone
   * @param removedAt of a tombstone: the position it is true for, or -1
   */
  public static Row<ClusterRecord> fromIdentity(String key, IdentityRow row, long removedAt) {
    return row == null
        ? removed(ClusterRecord.Identity.class, key, removedAt)
        : read(row.getPosition(), key, row.getEntry());
  }

  /** As {@link #fromIdentity}. */
  public static Row<ClusterRecord> fromEndpoint(String key, EndpointRow row, long removedAt) {
    return row == null
        ? removed(ClusterRecord.Endpoint.class, key, removedAt)
        : read(row.getPosition(), key, row.getEntry());
  }

  /** As {@link #fromIdentity}. */
  public static Row<ClusterRecord> fromAddress(String key, AddressRow row, long removedAt) {
    return row == null
        ? removed(ClusterRecord.Address.class, key, removedAt)
        : read(row.getPosition(), key, row.getEntry());
  }

  private static Row<ClusterRecord> removed(
      Class<? extends ClusterRecord> kind, String key, long removedAt) {
    return new Row.Changed<>(removedAt, Change.remove(kind, key));
  }

  private static Row<ClusterRecord> read(long position, String key, Object entry) {
    return switch (entry) {
      case Mark mark -> Row.Marked.of(mark);
      case Identity identity -> changed(position, key, fromAvro(identity));
      case Endpoint endpoint -> changed(position, key, fromAvro(endpoint));
      case Address address -> changed(position, key, fromAvro(address));
      default -> throw new IllegalArgumentException("not an entry: " + entry);
    };
  }

  private static Row<ClusterRecord> changed(long position, String key, ClusterRecord record) {
    return new Row.Changed<>(position, Change.upsert(record.getClass(), key, record));
  }

  public static Identity toAvro(ClusterRecord.Identity identity) {
    return new Identity(identity.number(), identity.labels().texts());
  }

  public static ClusterRecord.Identity fromAvro(Identity identity) {
    return new ClusterRecord.Identity(identity.getNumber(), LabelSet.parse(identity.getLabels()));
  }

  public static Endpoint toAvro(ClusterRecord.Endpoint endpoint) {
    return Endpoint.newBuilder()
        .setId(endpoint.id())
        .setNamespace(endpoint.namespace())
        .setPod(endpoint.pod())
        .setUid(endpoint.uid())
        .setNode(endpoint.node())
        .setAddresses(texts(endpoint.addresses()))
        .setIdentity(endpoint.identity())
        .setLabels(endpoint.labels().texts())
        .setWorkloadKind(endpoint.workloadKind())
        .setWorkload(endpoint.workload())
        .setNamedPorts(toAvro(endpoint.namedPorts()))
        .setAudit(endpoint.audit())
        .build();
  }

  public static ClusterRecord.Endpoint fromAvro(Endpoint endpoint) {
    return new ClusterRecord.Endpoint(
        endpoint.getId(),
        endpoint.getNamespace(),
        endpoint.getPod(),
        endpoint.getUid(),
        endpoint.getNode(),
        addresses(endpoint.getAddresses()),
        endpoint.getIdentity(),
        LabelSet.parse(endpoint.getLabels()),
        endpoint.getWorkloadKind(),
        endpoint.getWorkload(),
        fromAvro(endpoint.getNamedPorts()),
        endpoint.getAudit());
  }

  public static Address toAvro(ClusterRecord.Address address) {
    return Address.newBuilder()
        .setPrefix(address.prefix().toString())
        .setIdentity(address.identity())
        .setNode(address.node())
        .setNodeAddresses(texts(address.nodeAddresses()))
        .setEndpoint(address.endpoint())
        .setNamespace(address.namespace())
        .setPod(address.pod())
        .setAudit(address.audit())
        .setOwnIdentity(address.ownIdentity())
        .setWorkloadKind(address.workloadKind())
        .setWorkload(address.workload())
        .build();
  }

  public static ClusterRecord.Address fromAvro(Address address) {
    return new ClusterRecord.Address(
        Prefix.parse(address.getPrefix()),
        address.getIdentity(),
        address.getNode(),
        addresses(address.getNodeAddresses()),
        address.getEndpoint(),
        address.getNamespace(),
        address.getPod(),
        address.getAudit(),
        address.getOwnIdentity(),
        address.getWorkloadKind(),
        address.getWorkload());
  }

  static List<NamedPort> toAvro(List<ClusterRecord.NamedPort> ports) {
    return ports.stream()
        .map(port -> new NamedPort(port.name(), port.port(), port.protocol()))
        .toList();
  }

  static List<ClusterRecord.NamedPort> fromAvro(List<NamedPort> ports) {
    return ports.stream()
        .map(p -> new ClusterRecord.NamedPort(p.getName(), p.getPort(), p.getProtocol()))
        .toList();
  }

  private static List<String> texts(List<IpAddress> addresses) {
    return addresses.stream().map(IpAddress::toString).toList();
  }

  private static List<IpAddress> addresses(List<String> texts) {
    return texts.stream().map(IpAddress::parse).toList();
  }
}
