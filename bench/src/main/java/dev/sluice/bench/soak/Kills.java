package dev.sluice.bench.soak;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** kill -9 of a component; nothing may change while it is dead, nor when it is back. */
final class Kills implements Scenario {
  private static final List<String> COMPONENTS =
      List.of(
          "node-applier@1",
          "node-applier@2",
          "policy-stream",
          "identity-stream",
          "ingest",
          "flow-sink",
          "broker");

  private final Town town;
  private List<String> whileDead = List.of();

  Kills(Town town) {
    this.town = town;
  }

  @Override
  public String name() {
    return "kills";
  }

  @Override
  public String about() {
    return "kill -9 of a component: no verdict changes while it is dead";
  }

  @Override
  public String step(SoakLab lab, Random random) {
    String component = COMPONENTS.get(random.nextInt(COMPONENTS.size()));
    lab.kill(component);
    List<String> wrong = new ArrayList<>();
    town.wrong(lab).forEach(each -> wrong.add("without " + component + ": " + each));
    whileDead = wrong;
    lab.startAgain(component);
    return component + " was dead for a while";
  }

  @Override
  public List<String> check(SoakLab lab) {
    List<String> seen = whileDead;
    whileDead = List.of();
    return seen;
  }
}
