package dev.sluice.node.kernel;

import static dev.sluice.node.kernel.Lab.NODE;
import static dev.sluice.node.kernel.Lab.OTHER_NODE;
import static dev.sluice.node.kernel.Lab.OUTSIDE;
import static dev.sluice.node.kernel.Lab.OUTSIDE6;
import static dev.sluice.node.kernel.Lab.POD;
import static dev.sluice.node.kernel.Lab.POD6;
import static dev.sluice.node.kernel.Lab.REMOTE;

import dev.sluice.core.desired.ServiceRow;
import dev.sluice.core.log.Change;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;
import dev.sluice.core.service.NodeServices;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;

/** Packet tests about Services: rows as topic desired has them, through the node's own fold. */
abstract class ServicePacketTest extends PacketTest {
  static final String NODE6 = "fd00:31::1";
  static final String OTHER_NODE6 = "fd00:31::2";
  static final String REMOTE6 = "fd00:10:0:2::10";
  static final String ROUTER = "192.0.2.1";
  static final String ROUTER6 = "2001:db8:f::1";

  /** One family's addresses. {@code any}: what a node port's frontend has. */
  record Ends(
      String outside,
      String node,
      String otherNode,
      String pod,
      String remote,
      String router,
      String any) {
    boolean v6() {
      return any.equals("::");
    }
  }

  static final List<Ends> FAMILIES =
      List.of(
          new Ends(OUTSIDE, NODE, OTHER_NODE, POD, REMOTE, ROUTER, "0.0.0.0"),
          new Ends(OUTSIDE6, NODE6, OTHER_NODE6, POD6, REMOTE6, ROUTER6, "::"));

  NodeServices services;
  private int ids;

  @BeforeEach
  void noServices() {
    lab.translate(100, NODE, NODE6);
    lab.known(NODE6 + "/128", 1, null);
    lab.known(OTHER_NODE6 + "/128", 6, null);
    lab.known(REMOTE6 + "/128", Lab.REMOTE_ID, OTHER_NODE);
    services = new NodeServices("n1", 16_381, false);
    write();
  }

  /** Brings the maps in line with the rows. */
  void write() {
    var plan = services.planFrom(lab.dataplane.services().readBack());
    lab.dataplane.services().put(plan.puts());
    lab.dataplane.services().remove(plan.deletes());
  }

  void put(ServiceRow row) {
    services.apply(Change.upsert(row.getClass(), row.key(), row));
  }

  /** A frontend of a group. Returns its id. */
  int front(
      ServiceRow.Kind kind,
      String address,
      int port,
      int protocol,
      int group,
      int affinity,
      Prefix... ranges) {
    int id = ++ids;
    put(
        new ServiceRow.Frontend(
            id,
            "shop",
            "web",
            "",
            kind,
            IpAddress.parse(address),
            port,
            protocol,
            group,
            false,
            affinity,
            List.of(ranges),
            0));
    return id;
  }

  int nodePort(String any, int port, int protocol, int group) {
    return front(ServiceRow.Kind.NODE_PORT, any, port, protocol, group, 0);
  }

  static ServiceRow.Backend backend(int group, String address, int port) {
    return new ServiceRow.Backend(
        group, IpAddress.parse(address), port, true, "n1", List.of(), List.of());
  }

  void gone(ServiceRow row) {
    services.apply(Change.remove(row.getClass(), row.key()));
  }
}
