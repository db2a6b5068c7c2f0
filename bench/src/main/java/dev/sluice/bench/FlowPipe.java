package dev.sluice.bench;

import dev.sluice.core.cluster.ClusterRecord;
import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.log.Change;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;
import dev.sluice.node.flow.Attributions;
import dev.sluice.node.flow.FlowEnricher;
import dev.sluice.node.flow.FlowReader;
import dev.sluice.node.flow.FlowWriter;
import dev.sluice.node.flow.MonitorHub;
import dev.sluice.node.flow.PeerBook;
import dev.sluice.node.kernel.EventReader;
import dev.sluice.node.kernel.FlowLoad;
import dev.sluice.node.mirror.Place;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.serde.TopicSerdes;
import dev.sluice.schemas.topic.Topics;
import java.util.List;
import java.util.concurrent.locks.LockSupport;

/**
 * What an applier does with events, in a process with an applier's heap: programs fill a ring
 * buffer as fast as it has room, flows go to the topic. Prints {@code RECORDS SECONDS LOST}.
 */
public final class FlowPipe {
  /** Enough for the compiler to have seen everything. */
  private static final int WARM_UP = 300_000;

  private static final int BATCH = 4_000;
  private static final int MOST_WAITING = 24_000;

  private FlowPipe() {}

  /** {@code FlowPipe RECORDS key=value…}. */
  public static void main(String[] arguments) throws Exception {
    int records = Integer.parseInt(arguments[0]);
    Settings settings = Settings.defaults().with(List.of(arguments).subList(1, arguments.length));
    try (TopicSerdes serdes = TopicSerdes.connect(settings);
        FlowLoad load = FlowLoad.open(settings)) {
      serdes.register(List.of(Topics.FLOWS));
      FlowEnricher enricher =
          new FlowEnricher(
              "node-1", peers(), Attributions.none(), () -> Place.NONE, i -> "slc12", 1);
      FlowWriter writer = FlowWriter.open(settings, serdes);
      try (EventReader events = load.events();
          FlowReader reader =
              new FlowReader(
                  events::drain,
                  enricher,
                  new MonitorHub(on -> {}, i -> "", Attributions.none()))) {
        reader.writeTo(writer);
        reader.start();
        long before = push(load, reader, WARM_UP);
        long begun = System.nanoTime();
        push(load, reader, before + records);
        writer.close(); // returns when the brokers have all
        double seconds = (System.nanoTime() - begun) / 1e9;
        System.out.printf("%d %.3f %d%n", records, seconds, load.lost() + writer.lost());
      }
    }
  }

  /** Makes flows until this many have been read since the start; never more than there is room. */
  private static long push(FlowLoad load, FlowReader reader, long until) {
    while (load.made() < until) {
      if (load.made() - reader.consumed() < MOST_WAITING) {
        load.make(BATCH);
      } else {
        LockSupport.parkNanos(200_000);
      }
    }
    while (reader.consumed() < load.made()) {
      LockSupport.parkNanos(200_000);
    }
    return load.made();
  }

  private static PeerBook peers() {
    PeerBook book = new PeerBook();
    for (String ip : List.of(FlowLoad.CLIENT, FlowLoad.SERVER)) {
      ClusterRecord.Address address =
          new ClusterRecord.Address(
              Prefix.parse(ip + "/32"),
              FlowLoad.IDENTITY,
              "node-1",
              List.of(IpAddress.parse("172.31.0.1")),
              7,
              "shop",
              "backend-0");
      book.changed(
          Change.upsert(
              DesiredRecord.DesiredAddress.class,
              "address/" + ip,
              new DesiredRecord.DesiredAddress(address)));
    }
    return book;
  }
}
