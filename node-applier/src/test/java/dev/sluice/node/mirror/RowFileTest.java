package dev.sluice.node.mirror;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.cluster.ClusterRecord;
import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.dns.FqdnRecord.NumberedSet;
import dev.sluice.core.dns.SelectorSet;
import dev.sluice.core.log.Change;
import dev.sluice.core.net.IpAddress;
import dev.sluice.schemas.convert.Row;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class RowFileTest {
  private static final NumberedSet SET =
      new NumberedSet(0xc0_0001, new SelectorSet(List.of("s"), 2));
  private static final IpAddress POD = IpAddress.parse("10.0.1.5");

  @TempDir private Path folder;

  private Path path() {
    return folder.resolve("rows");
  }

  private static Row<DesiredRecord> pod(IpAddress address) {
    DesiredRecord.DesiredAddress row =
        new DesiredRecord.DesiredAddress(
            new ClusterRecord.Address(address.single(), 300, "node-1", List.of(), 9, "shop", "a"));
    return new Row.Changed<>(5, Change.upsert(DesiredRecord.DesiredAddress.class, row.key(), row));
  }

  private static Row<DesiredRecord> mark(long position) {
    return new Row.Marked<>(position, 40 + position, "hash");
  }

  private void write(boolean complete) {
    try (RowFile file = new RowFile(path())) {
      file.begin(List.of(SET));
      file.desired(List.of(pod(POD), mark(5), pod(IpAddress.parse("10.0.1.6"))));
      if (complete) {
        file.complete();
      }
    }
  }

  private Optional<Mirror> recalled() {
    return new RowFile(path()).recall("node-1", NamesListener.NONE);
  }

  @Test
  void aSuccessorMirrorsWholeGroups() {
    write(true);
    Mirror mirror = recalled().orElseThrow();
    assertEquals(new Place(5, 45, "hash"), mirror.place());
    assertEquals("shop/a", mirror.addresses().podAt(POD).orElseThrow().key());
    assertTrue(mirror.addresses().podAt(IpAddress.parse("10.0.1.6")).isEmpty(), "no mark came");
    assertEquals(List.of(SET), mirror.names().numberedSets());
  }

  @Test
  void aDiskThatIsFullLeavesNoFileAndIsInNobodysWay() throws IOException {
    write(true);
    Path fresh = Files.createSymbolicLink(folder.resolve("rows.new"), Path.of("/dev/full"));
    write(true);
    assertTrue(recalled().isEmpty(), "what is old would be believed");
    Files.delete(fresh);
    write(true);
    assertTrue(recalled().isPresent());
  }

  @Test
  void whatWasNotReadToTheEndReplacesNothing() {
    assertTrue(recalled().isEmpty());
    write(true);
    try (RowFile next = new RowFile(path())) {
      next.begin(List.of());
      next.desired(List.of(mark(9)));
    }
    assertEquals(5, recalled().orElseThrow().place().position());
  }

  @Test
  void itMayBeCutOffAnywhere() throws IOException {
    write(true);
    byte[] whole = Files.readAllBytes(path());
    for (int length = 0; length < whole.length; length++) {
      Files.write(path(), Arrays.copyOf(whole, length));
      recalled().ifPresent(mirror -> assertEquals(5, mirror.place().position()));
    }
  }

  @Test
  void othersBytesAreNoRows() throws IOException {
    Files.write(path(), new byte[] {'d', 0, 1, 'x', 0, 0, 0, 3, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0});
    assertTrue(recalled().isEmpty());
  }

  @Test
  void writtenAnewItHoldsTheSame() {
    write(true);
    Mirror mirror = recalled().orElseThrow();
    try (RowFile file = new RowFile(path())) {
      file.rewrite(mirror.rows(), mirror.names().numberedSets());
    }
    Mirror again = recalled().orElseThrow();
    assertEquals(mirror.place(), again.place());
    assertEquals(List.of(SET), again.names().numberedSets());
    assertEquals("shop/a", again.addresses().podAt(POD).orElseThrow().key());
  }
}
