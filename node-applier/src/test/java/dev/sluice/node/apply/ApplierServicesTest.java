package dev.sluice.node.apply;

import static dev.sluice.node.apply.Rows.mark;
import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.desired.ServiceRow;
import dev.sluice.core.log.Change;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.service.LbSizes;
import dev.sluice.schemas.convert.Row;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Services from rows to the kernel's maps. */
class ApplierServicesTest {
  private final FakeKernel kernel = new FakeKernel();
  private final FakeServices services = new FakeServices();
  private Applier applier = applier();
  private long now;

  private Applier applier() {
    Applier fresh =
        new Applier("node-1", kernel, services, kernel, (before, after) -> {}, change -> {});
    fresh.caughtUp();
    return fresh;
  }

  @SafeVarargs
  private void take(Row<DesiredRecord>... rows) {
    applier.rows(List.of(rows));
    now += 20_000_000_000L;
    applier.step(now);
  }

  private static Row<DesiredRecord> frontend(long position, String address) {
    return upsert(
        position,
        new ServiceRow.Frontend(
            1,
            "shop",
            "web",
            "",
            ServiceRow.Kind.CLUSTER_IP,
            IpAddress.parse(address),
            80,
            6,
            2,
            false,
            0,
            List.of(),
            0));
  }

  private static Row<DesiredRecord> backend(long position, String address) {
    return upsert(
        position,
        new ServiceRow.Backend(
            2, IpAddress.parse(address), 8080, true, "node-1", List.of(), List.of()));
  }

  private static Row<DesiredRecord> backendGone(long position, String address) {
    String key = "service/backend/2/" + address + "/8080";
    return new Row.Changed<>(position, Change.remove(ServiceRow.Backend.class, key));
  }

  private static Row<DesiredRecord> upsert(long position, ServiceRow row) {
    return new Row.Changed<>(position, Change.upsert(row.getClass(), row.key(), row));
  }

  private void world() {
    take(
        backend(5, "10.0.1.1"),
        backend(5, "10.0.1.2"),
        backend(5, "10.0.1.3"),
        frontend(5, "10.96.0.1"),
        mark(5));
  }

  @Test
  void aFrontendAndItsBackendsGetThere() {
    world();
    assertEquals(4, services.entries.size());
    assertEquals(new LbSizes(1, 3, 0, 0, 0, 0), applier.view().heldServices());
    assertEquals(1_005, applier.place().revision());
  }

  @Test
  void aBackendThatGoesCostsASlotACountAndADelete() {
    world();
    services.writes = 0;
    take(backendGone(6, "10.0.1.1"), mark(6));
    assertEquals(3, services.writes);
    assertEquals(3, services.entries.size());
  }

  @Test
  void aRestartThatFindsEverythingInPlaceWritesNothing() {
    world();
    take(backendGone(6, "10.0.1.1"), mark(6)); // slots are not in the order of addresses now
    services.writes = 0;
    applier = applier();
    take(backend(6, "10.0.1.2"), backend(6, "10.0.1.3"), frontend(6, "10.96.0.1"), mark(6));
    assertEquals(0, services.writes);
    assertEquals(1_006, applier.place().revision());
  }

  @Test
  void whatDoesNotFitIsRefusedWholeAndTheOldStays() {
    world();
    services.capacity = new LbSizes(1, 3, 0, 0, 0, 0);
    services.writes = 0;
    take(backend(6, "10.0.1.4"), mark(6));
    assertEquals(0, services.writes);
    assertEquals(1_005, applier.place().revision());
    assertEquals(
        "Services of revision 1006 need 4 backends, where 3 fit: those of before are kept; take"
            + " some out, or raise node.service.frontends and node.service.backends",
        applier.view().message());
    take(backendGone(7, "10.0.1.4"), mark(7));
    assertEquals(1_007, applier.place().revision());
    assertEquals("", applier.view().message());
  }
}
