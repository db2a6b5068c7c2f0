package dev.sluice.core.node;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.core.dns.SelectorSet;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.node.KernelEntry.AddressEntry;
import java.util.List;
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
}
