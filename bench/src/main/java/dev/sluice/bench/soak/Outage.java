package dev.sluice.bench.soak;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;

/**
 * The brokers are away, the first time for long: nothing that worked stops, names are answered and
 * what they answer is open, though no topic hears of it.
 */
final class Outage implements Scenario {
  private static final Duration LONGEST = Duration.ofHours(1);
  private static final Duration SHORT = Duration.ofSeconds(20);
  private static final Duration LOOK = Duration.ofSeconds(10);

  private final Town town;
  private final NameChurn names;
  private Duration next;
  private List<String> whileAway = List.of();

  /**
   * @param first how long they are away the first time
   */
  Outage(Town town, NameChurn names, Duration first) {
    this.town = town;
    this.names = names;
    this.next = first;
  }

  /** Of a soak this long: a sixth, twenty seconds at least and an hour at most. */
  static Duration share(Duration soak) {
    Duration share = soak.dividedBy(6);
    return share.compareTo(LONGEST) > 0 ? LONGEST : share.compareTo(SHORT) < 0 ? SHORT : share;
  }

  @Override
  public String name() {
    return "outage";
  }

  @Override
  public String about() {
    return "the brokers are away, the first time for long (--outage-minutes): nothing stops";
  }

  @Override
  public String step(SoakLab lab, Random random) {
    Duration away = next;
    next = SHORT;
    List<String> wrong = new ArrayList<>();
    lab.kill("broker");
    long end = System.nanoTime() + away.toNanos();
    while (System.nanoTime() - end < 0) {
      town.wrong(lab).forEach(each -> wrong.add("without brokers: " + each));
      names.check(lab).forEach(each -> wrong.add("without brokers: " + each));
      LockSupport.parkNanos(Math.min(LOOK.toNanos(), Math.max(1, end - System.nanoTime())));
    }
    lab.startAgain("broker");
    whileAway = wrong;
    return "the brokers were away for " + away.toSeconds() + " s";
  }

  @Override
  public List<String> check(SoakLab lab) {
    List<String> seen = whileAway;
    whileAway = List.of();
    return seen;
  }
}
