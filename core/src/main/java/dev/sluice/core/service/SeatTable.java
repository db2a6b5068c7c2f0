package dev.sluice.core.service;

import java.util.Arrays;
import java.util.Map;

/** Which seat each place of a consistent hash table leads to. Immutable, compared by content. */
public final class SeatTable {
  private final char[] seats;

  private SeatTable(char[] seats) {
    this.seats = seats;
  }

  /**
   * @param seats a number from 0 to 65535 for each place
   */
  public static SeatTable of(char[] seats) {
    return new SeatTable(seats.clone());
  }

  /** The table of these backends, each with its seat. */
  static SeatTable of(int size, Map<LbEntry.Target, Integer> seats) {
    char[] bySorted = new char[seats.size()];
    int index = 0;
    for (LbEntry.Target target : seats.keySet().stream().sorted().toList()) {
      bySorted[index++] = (char) (int) seats.get(target);
    }
    int[] places = Maglev.places(size, seats.keySet());
    char[] table = new char[places.length];
    for (int place = 0; place < places.length; place++) {
      table[place] = bySorted[places[place]];
    }
    return new SeatTable(table);
  }

  /** How many places it has. */
  public int size() {
    return seats.length;
  }

  /** The seat of a place. */
  public int seat(int place) {
    return seats[place];
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SeatTable table && Arrays.equals(seats, table.seats);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(seats);
  }

  @Override
  public String toString() {
    return "table of " + seats.length + " places, " + Integer.toHexString(hashCode());
  }
}
