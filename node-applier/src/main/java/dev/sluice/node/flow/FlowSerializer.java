package dev.sluice.node.flow;

import dev.sluice.schemas.Flow;
import dev.sluice.schemas.FlowPeer;
import java.time.Instant;
import java.util.function.IntSupplier;
import org.apache.kafka.common.serialization.Serializer;

/**
 * Writes flows field by field, in the order of the schema: the same bytes as the serde of topic
 * flows without its reflection, so that a node keeps up without an optimising compiler. For one
 * thread.
 */
final class FlowSerializer implements Serializer<Flow> {
  private final IntSupplier schemaId;
  private final AvroBytes out = new AvroBytes();

  /**
   * @param schemaId of the flows' values in the registry
   */
  FlowSerializer(IntSupplier schemaId) {
    this.schemaId = schemaId;
  }

  @Override
  public byte[] serialize(String topic, Flow flow) {
    out.begin(schemaId.getAsInt());
    out.number(micros(flow.getTime())).text(flow.getUuid()).text(flow.getNode());
    out.number(flow.getKind().ordinal()).number(flow.getVerdict().ordinal());
    out.number(flow.getDropReason()).text(flow.getDropReasonText());
    out.number(flow.getDirection().ordinal()).number(flow.getCount());
    if (branch(flow.getFirstTime())) {
      out.number(micros(flow.getFirstTime()));
    }
    out.number(flow.getIpVersion()).text(flow.getSourceIp()).text(flow.getDestinationIp());
    out.number(flow.getProtocol());
    out.number(flow.getSourcePort()).number(flow.getDestinationPort());
    out.number(flow.getIcmpType()).number(flow.getIcmpCode()).number(flow.getTcpFlags());
    if (branch(flow.getReply())) {
      out.flag(flow.getReply());
    }
    peer(flow.getSource());
    peer(flow.getDestination());
    out.number(flow.getPolicyMatch()).texts(flow.getAllowedBy()).texts(flow.getDeniedBy());
    out.number(flow.getRevision()).number(flow.getPosition());
    out.number(flow.getPackets()).number(flow.getBytes());
    out.text(flow.getInterface$()).text(flow.getService());
    if (branch(flow.getL7())) {
      out.text(flow.getL7());
    }
    out.text(flow.getDialled());
    out.text(flow.getNeeded());
    return out.end();
  }

  private void peer(FlowPeer peer) {
    out.number(peer.getIdentity()).number(peer.getEndpoint());
    out.text(peer.getNamespace()).text(peer.getPod()).texts(peer.getLabels());
    out.text(peer.getWorkloadKind()).text(peer.getWorkload()).text(peer.getNode());
    out.texts(peer.getNames());
  }

  /** The branch of a union of null and something; whether it is something. */
  private boolean branch(Object value) {
    out.number(value == null ? 0 : 1);
    return value != null;
  }

  private static long micros(Instant time) {
    return time.getEpochSecond() * 1_000_000 + time.getNano() / 1_000;
  }
}
