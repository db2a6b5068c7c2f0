package dev.sluice.node.apply;

import static dev.sluice.node.apply.Rows.enforced;
import static dev.sluice.node.apply.Rows.mark;
import static dev.sluice.node.apply.Rows.open;
import static dev.sluice.node.apply.Rows.pod;
import static dev.sluice.node.apply.Rows.service;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import dev.sluice.core.desired.ServiceRow;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;
import dev.sluice.core.node.KernelEntry;
import dev.sluice.core.node.KernelEntry.AddressKey;
import dev.sluice.core.node.MapSizes;
import dev.sluice.core.service.LbEntry;
import dev.sluice.core.service.LbSizes;
import dev.sluice.node.mirror.KernelMaps;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The kernel's maps are looked at beside the applier's thread, and repaired by it. */
class MapAuditTest {
  private static final AddressKey POD = new AddressKey(Prefix.parse("10.0.1.11/32"));

  private static final ServiceRow FRONTEND = frontend(1, "10.96.0.80");
  private static final ServiceRow BACKEND =
      new ServiceRow.Backend(
          1, IpAddress.parse("10.0.1.10"), 8080, true, "node-1", List.of(), List.of());

  private final FakeKernel kernel = new FakeKernel();
  private final FakeServices services = new FakeServices();
  private final ConcurrentLinkedQueue<String> readers = new ConcurrentLinkedQueue<>();
  private final ApplierThread thread =
      new ApplierThread(
          new Applier("node-1", counted(), services, kernel, (b, a) -> {}, change -> {}),
          counted(),
          () -> {},
          why -> {
            throw new AssertionError(why);
          });
  private final MapAudit audit = new MapAudit(thread, counted(), services, Duration.ofSeconds(10));

  /** Whole readings are noted by thread, and done on the applier's: the fake is for one thread. */
  private KernelMaps counted() {
    return new KernelMaps() {
      @Override
      public List<KernelEntry> readBack() {
        readers.add(Thread.currentThread().getName());
        return Thread.currentThread().getName().equals("applier")
            ? kernel.readBack()
            : onThread(kernel::readBack);
      }

      @Override
      public Optional<KernelEntry> find(KernelEntry.Key key) {
        return kernel.find(key);
      }

      @Override
      public void put(List<KernelEntry> entries) {
        kernel.put(entries);
      }

      @Override
      public void remove(List<KernelEntry.Key> keys) {
        kernel.remove(keys);
      }

      @Override
      public MapSizes capacity() {
        return kernel.capacity();
      }
    };
  }

  private <T> T onThread(Supplier<T> work) {
    return thread.ask(target -> work.get()).join();
  }

  @BeforeEach
  void world() {
    thread.start();
    thread
        .ask(
            target -> {
              target.rows(
                  List.of(
                      open(5, 256),
                      enforced(5, 257, 8080),
                      pod(5, "10.0.1.10", 256, 1, "a"),
                      pod(5, "10.0.1.11", 257, 2, "b"),
                      service(5, FRONTEND),
                      service(5, BACKEND),
                      mark(5)));
              target.caughtUp();
              return true;
            })
        .join();
    onThread(() -> true); // behind the step
    readers.clear();
  }

  @AfterEach
  void close() throws InterruptedException {
    audit.close();
    thread.close();
  }

  private void look() throws InterruptedException {
    onThread(
        () -> {
          audit.begin();
          return true;
        });
    audit.close();
    onThread(() -> true); // behind the step
    onThread(() -> true);
  }

  @Test
  void whatIsAsItShouldBeCostsTheApplierNothing() throws InterruptedException {
    look();
    assertEquals(List.of("audit"), List.copyOf(readers));
  }

  @Test
  void whatSomebodyElseWroteIsRepaired() throws InterruptedException {
    KernelEntry before = onThread(() -> kernel.entries.remove(POD));
    assertNotEquals(null, before);
    look();
    assertEquals(before, onThread(() -> kernel.entries.get(POD)));
    assertEquals(List.of("audit", "audit", "applier"), List.copyOf(readers));
  }

  @Test
  void soIsWhatSomebodyTookFromServices() throws InterruptedException {
    Map<LbEntry.Key, LbEntry> before = onThread(() -> Map.copyOf(services.entries));
    assertEquals(2, before.size());
    onThread(() -> services.entries.keySet().removeIf(LbEntry.SlotKey.class::isInstance));
    look();
    assertEquals(before, onThread(() -> Map.copyOf(services.entries)));
  }

  @Test
  void whatWasRefusedForWantOfRoomIsNotMissed() throws InterruptedException {
    Map<LbEntry.Key, LbEntry> before = onThread(() -> Map.copyOf(services.entries));
    thread
        .ask(
            target -> {
              services.capacity = new LbSizes(1, 1, 0, 0, 0, 0);
              target.rows(List.of(service(6, frontend(2, "10.96.0.81")), mark(6)));
              return true;
            })
        .join();
    onThread(() -> true); // behind the step
    readers.clear();
    look();
    assertEquals(List.of("audit"), List.copyOf(readers), "nothing differs");
    assertEquals(before, onThread(() -> Map.copyOf(services.entries)));
  }

  private static ServiceRow frontend(int id, String address) {
    return new ServiceRow.Frontend(
        id,
        "shop",
        "web",
        "",
        ServiceRow.Kind.CLUSTER_IP,
        IpAddress.parse(address),
        80,
        6,
        1,
        false,
        0,
        List.of(),
        0);
  }
}
