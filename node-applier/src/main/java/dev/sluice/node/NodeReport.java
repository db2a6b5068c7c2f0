package dev.sluice.node;

import dev.sluice.node.apply.Applier;
import dev.sluice.node.apply.ApplierThread;
import dev.sluice.node.apply.NodeView;
import dev.sluice.node.control.ControlAnswer;
import dev.sluice.node.endpoint.EndpointView;
import dev.sluice.node.kernel.DataplaneCounters;
import dev.sluice.node.kernel.HeldEntries;
import dev.sluice.node.kernel.NodeDataplane;
import dev.sluice.schemas.EndpointStatus;
import dev.sluice.schemas.MapPressure;
import dev.sluice.schemas.NodeStatus;
import dev.sluice.schemas.SubjectStatus;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** The node's state in the forms that topic node.status and the socket have. Any thread. */
final class NodeReport {
  /** Enough to tell two leaves apart, and few enough for a record of thousands. */
  private static final int LEAF_DIGITS = 16;

  private final String node;
  private final Clock clock;
  private final ApplierThread applier;
  private final NodeDataplane dataplane;
  private final LongSupplier consumed;
  private final LongSupplier lostUser;
  private final List<String> features;
  private final Supplier<Map<String, Long>> dns;
  private final LongSupplier healthTurnedAway;

  /**
   * @param consumed events taken from the kernel
   * @param lostUser of these, how many did not reach the topic
   * @param features mechanisms that are in the kernel
   * @param dns what the DNS proxy did, in numbers
   * @param healthTurnedAway connections to health ports that had to go
   */
  NodeReport(
      String node,
      Clock clock,
      ApplierThread applier,
      NodeDataplane dataplane,
      LongSupplier consumed,
      LongSupplier lostUser,
      List<String> features,
      Supplier<Map<String, Long>> dns,
      LongSupplier healthTurnedAway) {
    this.node = node;
    this.clock = clock;
    this.applier = applier;
    this.dataplane = dataplane;
    this.consumed = consumed;
    this.lostUser = lostUser;
    this.features = List.copyOf(features);
    this.dns = dns;
    this.healthTurnedAway = healthTurnedAway;
  }

  NodeStatus status() {
    NodeView view = view();
    DataplaneCounters counters = dataplane.counters();
    return new NodeStatus(
        node,
        clock.instant().truncatedTo(java.time.temporal.ChronoUnit.MILLIS),
        view.place().position(),
        view.place().revision(),
        view.hash(),
        view.endpoints().stream().map(NodeReport::endpointStatus).toList(),
        maps(view, counters).stream()
            .map(use -> new MapPressure(use.name(), use.entries(), use.capacity()))
            .toList(),
        counters.produced(),
        consumed.getAsLong(),
        counters.lost(),
        lostUser.getAsLong(),
        view.message(),
        view.subjects().entrySet().stream()
            .map(
                each -> new SubjectStatus(each.getKey(), each.getValue().substring(0, LEAF_DIGITS)))
            .toList(),
        features,
        dns.get(),
        healthTurnedAway.getAsLong());
  }

  ControlAnswer.Status answer() {
    NodeView view = view();
    DataplaneCounters counters = dataplane.counters();
    return new ControlAnswer.Status(
        true,
        node,
        view.place().position(),
        view.place().revision(),
        view.hash(),
        maps(view, counters),
        new ControlAnswer.Events(
            counters.produced(), consumed.getAsLong(), counters.lost(), lostUser.getAsLong()),
        view.message());
  }

  private NodeView view() {
    return applier.ask(Applier::view).join();
  }

  private List<ControlAnswer.MapUse> maps(NodeView view, DataplaneCounters counters) {
    List<ControlAnswer.MapUse> maps = new ArrayList<>(written(view));
    Map<String, Integer> sizes = dataplane.mapSizes();
    maps.add(new ControlAnswer.MapUse("slc_ct", counters.connections(), sizes.get("slc_ct")));
    HeldEntries.of(dataplane)
        .forEach((map, held) -> maps.add(new ControlAnswer.MapUse(map, held, sizes.get(map))));
    return maps;
  }

  /** Tables that the applier alone writes. */
  private static List<ControlAnswer.MapUse> written(NodeView view) {
    return List.of(
        new ControlAnswer.MapUse("slc_policy", view.held().policy(), view.capacity().policy()),
        new ControlAnswer.MapUse("slc_addr", view.held().addresses(), view.capacity().addresses()),
        new ControlAnswer.MapUse("slc_prefix", view.held().prefixes(), view.capacity().prefixes()),
        new ControlAnswer.MapUse("slc_own", view.held().own(), view.capacity().own()),
        new ControlAnswer.MapUse(
            "slc_lb_frontend", view.heldServices().frontends(), view.serviceCapacity().frontends()),
        new ControlAnswer.MapUse(
            "slc_lb_slot", view.heldServices().slots(), view.serviceCapacity().slots()),
        new ControlAnswer.MapUse(
            "slc_lb_member", view.heldServices().members(), view.serviceCapacity().members()),
        new ControlAnswer.MapUse(
            "slc_lb_seat", view.heldServices().seats(), view.serviceCapacity().seats()),
        new ControlAnswer.MapUse(
            "slc_lb_maglev", view.heldServices().tables(), view.serviceCapacity().tables()),
        new ControlAnswer.MapUse(
            "slc_range", view.heldServices().ranges(), view.serviceCapacity().ranges()));
  }

  private static EndpointStatus endpointStatus(EndpointView view) {
    return new EndpointStatus(
        view.id(),
        view.namespace(),
        view.pod(),
        view.identity(),
        view.state().text(),
        view.realisedRevision(),
        view.message());
  }

  static ControlAnswer.Endpoint endpointAnswer(EndpointView view) {
    return new ControlAnswer.Endpoint(
        view.id(),
        view.namespace(),
        view.pod(),
        view.identity(),
        view.state().text(),
        view.realisedRevision(),
        view.ips().stream().map(Object::toString).toList(),
        view.hostInterface(),
        view.message());
  }
}
