package dev.sluice.node.flow;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.core.net.IpAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class AddressNamesTest {
  private static final IpAddress SHARED = IpAddress.parse("203.0.113.1");

  private final AddressNames book = new AddressNames();

  private static IpAddress address(int number) {
    return IpAddress.parse(
        "2001:db8::"
            + Integer.toHexString(number >> 16)
            + ":"
            + Integer.toHexString(number & 0xffff));
  }

  @Test
  void anAddressHasTheNamesThatLedToIt() {
    assertEquals(List.of(), book.of(SHARED));
    book.add(SHARED, "a.example");
    book.add(SHARED, "b.example");
    book.add(SHARED, "a.example");
    assertEquals(List.of("b.example", "a.example"), book.of(SHARED));
  }

  @Test
  void ofManyNamesTheLastAreKept() {
    for (int i = 0; i < 2 * AddressNames.MOST_NAMES; i++) {
      book.add(SHARED, i + ".example");
    }
    assertEquals(AddressNames.MOST_NAMES, book.of(SHARED).size());
    assertEquals("15.example", book.of(SHARED).getFirst());
  }

  @Test
  void whatNobodyWasToldForLongIsForgotten() {
    book.add(SHARED, "a.example");
    for (int i = 0; i < AddressNames.MOST_ADDRESSES; i++) {
      book.add(address(i), "b.example");
    }
    assertEquals(List.of("a.example"), book.of(SHARED), "the older half is known");
    book.add(SHARED, "c.example");
    for (int i = 0; i < 3 * AddressNames.MOST_ADDRESSES; i++) {
      book.add(address(AddressNames.MOST_ADDRESSES + i), "b.example");
    }
    assertEquals(List.of(), book.of(SHARED));
    assertEquals(List.of(), book.of(address(0)));
  }
}
