package dev.sluice.bench.soak;

import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/** Policies come, change and go; {@link PodChurn} checks every pair. */
final class PolicyChurn implements Scenario {
  private final Town town;

  PolicyChurn(Town town) {
    this.town = town;
  }

  @Override
  public String name() {
    return "policies";
  }

  @Override
  public String about() {
    return "policies come, change and go";
  }

  @Override
  public String step(SoakLab lab, Random random) {
    String app = Town.APPS.get(random.nextInt(Town.APPS.size()));
    if (town.policies().containsKey(app) && random.nextInt(3) == 0) {
      remove(lab, app);
      return "everybody may call " + app;
    }
    Set<String> callers = new TreeSet<>();
    Town.APPS.stream().filter(caller -> random.nextBoolean()).forEach(callers::add);
    lab.apply(Town.policy(app, callers));
    town.callers(app, callers);
    return callers + " may call " + app;
  }

  private void remove(SoakLab lab, String app) {
    lab.delete(Town.policy(app, List.of()));
    town.callers(app, null);
  }

  @Override
  public void rest(SoakLab lab) {
    List.copyOf(town.policies().keySet()).forEach(app -> remove(lab, app));
  }
}
