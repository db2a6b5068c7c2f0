package dev.sluice.schemas.topic;

import java.util.List;
import java.util.stream.Collectors;

/** Topics that are there but not as the catalogue says; the message has one sentence for each. */
public final class TopicDriftException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * One difference.
   *
   * @param remedy what to do, an imperative
   */
  public record Drift(String topic, String property, String found, String expected, String remedy) {
    @Override
    public String toString() {
      return "topic %s has %s %s, expected %s: %s."
          .formatted(topic, property, found.isEmpty() ? "unset" : found, expected, remedy);
    }
  }

  private final transient List<Drift> drifts;

  TopicDriftException(List<Drift> drifts) {
    super(drifts.stream().map(Drift::toString).collect(Collectors.joining("\n")));
    this.drifts = List.copyOf(drifts);
  }

  public List<Drift> drifts() {
    return drifts;
  }
}
