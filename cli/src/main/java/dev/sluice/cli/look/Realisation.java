package dev.sluice.cli.look;

import java.util.List;

/** How many of the endpoints that there are now have realised a revision. A value, read once. */
public final class Realisation {
  private final List<EndpointView> endpoints;

  private Realisation(List<EndpointView> endpoints) {
    this.endpoints = endpoints;
  }

  /** Reads what is desired and what the nodes say. */
  public static Realisation read(LabTopics topics) {
    return new Realisation(ClusterView.read(topics).endpoints());
  }

  /** How many endpoints there are. */
  public int endpoints() {
    return endpoints.size();
  }

  /** On how many of them a revision is realised, in the same sense as {@code policy get} has it. */
  public long of(long revision) {
    return endpoints.stream().filter(endpoint -> endpoint.realised(revision)).count();
  }
}
