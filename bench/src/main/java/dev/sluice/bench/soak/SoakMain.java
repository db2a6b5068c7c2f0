package dev.sluice.bench.soak;

import dev.sluice.cli.output.Table;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code ./sluice soak}: a lab under change, minutes by default, hours when asked. */
@Command(
    name = "sluice soak",
    mixinStandardHelpOptions = true,
    description = "Changes a lab for a long time and checks after every step what must hold.")
public final class SoakMain implements Callable<Integer> {
  private static final int STEPS_TO_REST = 12;
  private static final int ENOUGH_FAULTS = 20;
  private static final int NODES = 2;

  @Option(
      names = "--minutes",
      paramLabel = "M",
      defaultValue = "3",
      description = "How long (default: ${DEFAULT-VALUE}).")
  private double minutes;

  @Option(names = "--hours", paramLabel = "H", description = "How long, in hours.")
  private Double hours;

  @Option(
      names = "--seed",
      paramLabel = "S",
      defaultValue = "1",
      description = "Which steps, in which order (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(
      names = "--outage-minutes",
      paramLabel = "M",
      description =
          "How long the brokers are away the first time"
              + " (default: a sixth of it all, an hour at most).")
  private Double outageMinutes;

  @Option(names = "--list", description = "Only say which scenarios there are.")
  private boolean list;

  @Parameters(paramLabel = "SCENARIO", description = "Which to run (default: all).")
  private List<String> names = List.of();

  private final PrintWriter out = new PrintWriter(System.out, true);
  private final long began = System.nanoTime();
  private final List<String> faults = new ArrayList<>();
  private int checks;

  public static void main(String[] arguments) {
    System.exit(new CommandLine(new SoakMain()).execute(arguments));
  }

  /** Every scenario; their checks run whichever step was made. */
  private static List<Scenario> all(Duration outage) {
    Town town = new Town();
    NameChurn names = new NameChurn();
    return List.of(
        new PodChurn(town),
        new PolicyChurn(town),
        new Kills(town),
        new LongConnection(),
        names,
        new Outage(town, names, outage),
        new Worlds());
  }

  @Override
  public Integer call() throws Exception {
    Duration length = minutes(hours == null ? minutes : hours * 60);
    Duration outage = outageMinutes == null ? Outage.share(length) : minutes(outageMinutes);
    List<Scenario> scenarios = all(outage);
    if (list) {
      Table table = new Table("SCENARIO", "WHAT");
      scenarios.forEach(scenario -> table.row(scenario.name(), scenario.about()));
      table.print(out, true);
      out.flush();
      return 0;
    }
    List<Scenario> stepped =
        scenarios.stream().filter(s -> names.isEmpty() || names.contains(s.name())).toList();
    if (stepped.size() < names.size() || stepped.isEmpty()) {
      System.err.println("There is no such scenario: --list shows them");
      return 2;
    }
    soak(scenarios, stepped, length);
    faults.forEach(fault -> out.println("DID NOT HOLD: " + fault));
    out.println(faults.isEmpty() ? "everything held" : faults.size() + " faults, seed " + seed);
    return faults.isEmpty() ? 0 : 1;
  }

  private static Duration minutes(double minutes) {
    return Duration.ofMillis((long) (minutes * 60_000));
  }

  private void soak(List<Scenario> scenarios, List<Scenario> stepped, Duration length)
      throws Exception {
    StringBuilder manifests = new StringBuilder();
    scenarios.forEach(scenario -> manifests.append(scenario.manifests()));
    say("the lab starts");
    try (SoakLab lab = SoakLab.up(NODES, manifests.toString())) {
      scenarios.forEach(scenario -> scenario.begin(lab));
      check(scenarios, lab, "at the beginning");
      LeftOvers leftOvers = new LeftOvers();
      rest(scenarios, lab, leftOvers, 0);
      Random random = new Random(seed);
      int step = 0;
      while (System.nanoTime() - began < length.toNanos() && faults.size() < ENOUGH_FAULTS) {
        step++;
        Scenario scenario = stepped.get(random.nextInt(stepped.size()));
        String done = scenario.step(lab, random);
        String told = "step " + step + ", " + scenario.name() + ": " + done;
        say(told);
        check(scenarios, lab, told);
        if (step % STEPS_TO_REST == 0) {
          rest(scenarios, lab, leftOvers, step);
        }
      }
      rest(scenarios, lab, leftOvers, step);
      say(step + " steps, " + checks + " times everything was checked");
      for (Scenario scenario : scenarios) {
        if (!scenario.counted().isEmpty()) {
          say(scenario.name() + ": " + scenario.counted());
        }
      }
    }
  }

  private void check(List<Scenario> scenarios, SoakLab lab, String when) {
    checks++;
    scenarios.forEach(scenario -> scenario.check(lab).forEach(wrong -> fault(when + ": " + wrong)));
  }

  private void rest(List<Scenario> scenarios, SoakLab lab, LeftOvers leftOvers, int step) {
    scenarios.reversed().forEach(scenario -> scenario.rest(lab));
    check(scenarios, lab, "at rest after step " + step);
    leftOvers.measure(lab).forEach(wrong -> fault("after step " + step + ": " + wrong));
    say("at rest; MiB: " + leftOvers.memoryLine(lab));
  }

  private void fault(String text) {
    faults.add(text);
    say("DID NOT HOLD: " + text);
  }

  private void say(String text) {
    out.printf("%7.1f s  %s%n", (System.nanoTime() - began) / 1e9, text);
    out.flush();
  }
}
