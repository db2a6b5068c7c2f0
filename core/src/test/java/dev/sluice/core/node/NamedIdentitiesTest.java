package dev.sluice.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.dns.NoRoom;
import dev.sluice.core.dns.SelectorSet;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.node.KernelEntry.AddressEntry;
import dev.sluice.core.node.KernelEntry.PolicyEntry;
import dev.sluice.core.policy.ClusterSettings;
import dev.sluice.core.policy.EnforcementMode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Who an address is when names, prefixes and the cluster all speak of it. */
class NamedIdentitiesTest {
  private static final String SINGLE = "203.0.113.1/32";
  private static final IpAddress ADDRESS = IpAddress.parse("203.0.113.1");
  private static final int WORLD = 2;
  private static final int PREFIX = 0x80_0001;
  private static final int OF_WORLD = 0xc0_0000;
  private static final int OF_PREFIX = 0xc0_0001;

  private final NodeFold fold = NodeFold.empty("node-1");

  private void sets() {
    fold.set(OF_WORLD, new SelectorSet(List.of("stripe"), WORLD));
    fold.set(OF_PREFIX, new SelectorSet(List.of("stripe"), PREFIX));
  }

  private int identity() {
    return fold.wanted().stream()
        .filter(AddressEntry.class::isInstance)
        .map(AddressEntry.class::cast)
        .filter(entry -> entry.key().prefix().equals(ADDRESS.single()))
        .mapToInt(AddressEntry::identity)
        .findFirst()
        .orElse(0);
  }

  @Test
  void namesSpeakWhereNobodyElseDoes() {
    sets();
    fold.learned(ADDRESS, OF_WORLD);
    assertEquals(OF_WORLD, identity());
    fold.learned(ADDRESS, 0);
    assertEquals(0, identity());
  }

  @Test
  void aPrefixOfOneAddressGoesBeforeNamesUntilTheirSetSpeaksForItToo() {
    sets();
    fold.learned(ADDRESS, OF_WORLD);
    fold.apply(DesiredWorld.put(DesiredWorld.address(SINGLE, PREFIX, 0)));
    assertEquals(PREFIX, identity());
    fold.learned(ADDRESS, OF_PREFIX);
    assertEquals(OF_PREFIX, identity());
    fold.apply(DesiredWorld.remove(DesiredWorld.address(SINGLE, PREFIX, 0)));
    assertEquals(OF_PREFIX, identity());
    fold.apply(DesiredWorld.put(DesiredWorld.address(SINGLE, PREFIX, 0)));
    fold.learned(ADDRESS, 0);
    assertEquals(PREFIX, identity());
  }

  @Test
  void aSetThatComesLaterOrGoesDecidesAnew() {
    fold.apply(DesiredWorld.put(DesiredWorld.address(SINGLE, PREFIX, 0)));
    fold.learned(ADDRESS, OF_PREFIX);
    assertEquals(PREFIX, identity());
    sets();
    assertEquals(OF_PREFIX, identity());
    fold.setGone(OF_PREFIX);
    assertEquals(PREFIX, identity());
  }

  @Test
  void whoIsInTheClusterIsNeverAName() {
    sets();
    fold.learned(ADDRESS, OF_WORLD);
    fold.apply(DesiredWorld.put(DesiredWorld.address(SINGLE, 300, 2)));
    assertEquals(300, identity());
  }

  private DesiredRecord.Settings room(int entries) {
    return new DesiredRecord.Settings(
        new ClusterSettings(EnforcementMode.DEFAULT, entries, "", List.of()));
  }

  /** Peer 0 has two entries of egress and one of ingress, and whoever is selected two. */
  private void subject() {
    fold.local(Set.of(256));
    fold.apply(
        DesiredWorld.put(
            DesiredWorld.policy(
                256,
                DesiredWorld.OPEN,
                DesiredWorld.enforced(
                    DesiredWorld.allow("stripe", 6, 443, 443),
                    DesiredWorld.allow("stripe", 6, 80, 80)))));
  }

  private long entries() {
    return fold.wanted().stream().filter(PolicyEntry.class::isInstance).count();
  }

  @Test
  void aSetWithoutRoomIsLeftOutWholeUntilThereIsSome() {
    subject();
    int alone = (int) entries();
    fold.apply(DesiredWorld.put(room(alone + 3)));
    sets();
    fold.learned(ADDRESS, OF_PREFIX);
    assertEquals(Map.of(OF_PREFIX, new NoRoom(256, alone + 4, alone + 3)), fold.withoutRoom());
    assertEquals(alone + 2, entries(), "the other one is there");
    assertEquals(0, identity(), "the address is what it is without names");
    fold.apply(DesiredWorld.put(DesiredWorld.address(SINGLE, PREFIX, 0)));
    assertEquals(PREFIX, identity(), "or what its prefix is");
    fold.apply(DesiredWorld.put(room(alone + 4)));
    assertEquals(Map.of(), fold.withoutRoom());
    assertEquals(OF_PREFIX, identity());
    fold.apply(DesiredWorld.put(room(alone + 1)));
    assertEquals(Set.of(OF_WORLD, OF_PREFIX), fold.withoutRoom().keySet());
    assertEquals(PREFIX, identity());
    assertEquals(alone, entries());
    fold.apply(DesiredWorld.remove(room(0)));
    assertEquals(OF_PREFIX, identity());
  }

  @Test
  void aSetThatGoesMakesRoomForTheNext() {
    subject();
    int alone = (int) entries();
    fold.apply(DesiredWorld.put(room(alone + 2)));
    sets();
    fold.own(7, ADDRESS, OF_PREFIX);
    assertEquals(Set.of(OF_PREFIX), fold.withoutRoom().keySet());
    assertEquals(List.of(), ofEndpoints());
    fold.setGone(OF_WORLD);
    assertEquals(Map.of(), fold.withoutRoom());
    assertEquals(List.of(OF_PREFIX), ofEndpoints());
  }

  private List<Integer> ofEndpoints() {
    fold.plan();
    return fold.wanted().stream()
        .filter(AddressEntry.class::isInstance)
        .map(AddressEntry.class::cast)
        .filter(entry -> entry.key().endpoint() != 0)
        .map(AddressEntry::identity)
        .toList();
  }

  @Test
  void theNodesMapIsNotFilledByNames() {
    subject();
    int alone = (int) entries();
    fold.capacity(alone + 3);
    sets();
    assertEquals(Map.of(OF_PREFIX, new NoRoom(0, alone + 4, alone + 3)), fold.withoutRoom());
    fold.capacity(alone + 4);
    assertEquals(Map.of(), fold.withoutRoom());
  }

  @Test
  void whoNeedsNothingHereIsNeverLeftOut() {
    subject();
    int alone = (int) entries();
    fold.apply(DesiredWorld.put(room(alone)));
    fold.set(OF_WORLD, new SelectorSet(List.of("elsewhere"), WORLD));
    fold.learned(ADDRESS, OF_WORLD);
    assertEquals(Map.of(), fold.withoutRoom());
    assertEquals(OF_WORLD, identity());
  }
}
