package dev.sluice.schemas.convert;

import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.desired.ServiceRow;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;
import dev.sluice.schemas.Backend;
import dev.sluice.schemas.Frontend;
import dev.sluice.schemas.FrontendKind;
import dev.sluice.schemas.ServiceNode;
import org.apache.avro.specific.SpecificRecord;

/** The {@code service/…} rows of topic desired to and from core's records. */
final class ServiceRecords {
  private ServiceRecords() {}

  static SpecificRecord toAvro(ServiceRow row) {
    return switch (row) {
      case ServiceRow.Frontend frontend ->
          new Frontend(
              frontend.id(),
              frontend.namespace(),
              frontend.name(),
              frontend.portName(),
              FrontendKind.valueOf(frontend.kind().name()),
              frontend.address().toString(),
              frontend.port(),
              frontend.protocol(),
              frontend.group(),
              frontend.local(),
              frontend.affinitySeconds(),
              frontend.sourceRanges().stream().map(Prefix::toString).toList(),
              frontend.healthCheckNodePort());
      case ServiceRow.Backend backend ->
          new Backend(
              backend.group(),
              backend.address().toString(),
              backend.port(),
              backend.ready(),
              backend.node(),
              backend.zones(),
              backend.nodes());
      case ServiceRow.Node node -> new ServiceNode(node.name(), node.zone());
    };
  }

  static ServiceRow.Frontend fromAvro(Frontend frontend) {
    return new ServiceRow.Frontend(
        frontend.getId(),
        frontend.getNamespace(),
        frontend.getName(),
        frontend.getPortName(),
        kind(frontend.getKind()),
        IpAddress.parse(frontend.getAddress()),
        frontend.getPort(),
        frontend.getProtocol(),
        frontend.getGroup(),
        frontend.getLocal(),
        frontend.getAffinitySeconds(),
        frontend.getSourceRanges().stream().map(Prefix::parse).toList(),
        frontend.getHealthCheckNodePort());
  }

  static ServiceRow.Backend fromAvro(Backend backend) {
    return new ServiceRow.Backend(
        backend.getGroup(),
        IpAddress.parse(backend.getAddress()),
        backend.getPort(),
        backend.getReady(),
        backend.getNode(),
        backend.getZones(),
        backend.getNodes());
  }

  static ServiceRow.Node fromAvro(ServiceNode node) {
    return new ServiceRow.Node(node.getName(), node.getZone());
  }

  /** A kind that only a newer writer knows is one that is served inside the cluster alone. */
  private static ServiceRow.Kind kind(FrontendKind kind) {
    return switch (kind) {
      case CLUSTER_IP, UNKNOWN -> ServiceRow.Kind.CLUSTER_IP;
      case NODE_PORT -> ServiceRow.Kind.NODE_PORT;
      case LOAD_BALANCER -> ServiceRow.Kind.LOAD_BALANCER;
      case EXTERNAL_IP -> ServiceRow.Kind.EXTERNAL_IP;
    };
  }

  /** What a key below {@code service/} names. */
  static Class<? extends DesiredRecord> kind(String key) {
    return switch (key.split("/", 3)[1]) {
      case "frontend" -> ServiceRow.Frontend.class;
      case "backend" -> ServiceRow.Backend.class;
      case "node" -> ServiceRow.Node.class;
      default -> throw new IllegalArgumentException("not a key of topic desired: " + key);
    };
  }
}
