package dev.sluice.bench.soak;

import java.util.List;
import java.util.Random;

/**
 * Pods go and come back as another app, with another address. Checks every pair after each step.
 */
final class PodChurn implements Scenario {
  private final Town town;

  PodChurn(Town town) {
    this.town = town;
  }

  @Override
  public String name() {
    return "pods";
  }

  @Override
  public String about() {
    return "pods go and come back as another app; every pair is as the policies say";
  }

  @Override
  public String manifests() {
    return Town.firstManifests();
  }

  @Override
  public void begin(SoakLab lab) {
    town.awaitServers(lab);
  }

  @Override
  public String step(SoakLab lab, Random random) {
    String pod = town.pods().get(random.nextInt(town.pods().size()));
    String app = Town.APPS.get(random.nextInt(Town.APPS.size()));
    become(lab, pod, app);
    return pod + " comes back as " + app;
  }

  private void become(SoakLab lab, String pod, String app) {
    lab.delete(Town.pod(pod, town.app(pod)));
    lab.apply(Town.pod(pod, app));
    town.relabel(pod, app);
    town.awaitServer(lab, pod);
  }

  @Override
  public List<String> check(SoakLab lab) {
    return town.wrong(lab);
  }

  @Override
  public void rest(SoakLab lab) {
    Town first = new Town();
    for (String pod : town.pods()) {
      if (!town.app(pod).equals(first.app(pod))) {
        become(lab, pod, first.app(pod));
      }
    }
  }
}
