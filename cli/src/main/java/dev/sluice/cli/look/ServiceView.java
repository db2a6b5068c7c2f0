package dev.sluice.cli.look;

import dev.sluice.core.desired.ServiceRow;
import dev.sluice.schemas.Backend;
import dev.sluice.schemas.DesiredRow;
import dev.sluice.schemas.Frontend;
import dev.sluice.schemas.FrontendKind;
import dev.sluice.schemas.topic.Topics;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A frontend with its backends, as topic desired has them.
 *
 * @param targets sorted by address
 */
record ServiceView(Frontend frontend, List<Backend> targets) {

  static List<ServiceView> read(LabTopics topics) {
    return of(topics.latest(Topics.DESIRED).values());
  }

  /** By id. */
  static List<ServiceView> of(Collection<DesiredRow> desired) {
    List<Frontend> frontends = new ArrayList<>();
    Map<Integer, List<Backend>> backends = new HashMap<>();
    for (DesiredRow row : desired) {
      if (row.getEntry() instanceof Frontend frontend) {
        frontends.add(frontend);
      } else if (row.getEntry() instanceof Backend backend) {
        backends.computeIfAbsent(backend.getGroup(), group -> new ArrayList<>()).add(backend);
      }
    }
    backends.values().forEach(list -> list.sort(Comparator.comparing(Backend::getAddress)));
    return frontends.stream()
        .sorted(Comparator.comparing(Frontend::getId))
        .map(
            frontend ->
                new ServiceView(frontend, backends.getOrDefault(frontend.getGroup(), List.of())))
        .toList();
  }

  String address() {
    return ServiceCommand.socket(frontend.getAddress(), frontend.getPort(), frontend.getProtocol());
  }

  String type() {
    return frontend.getKind() == FrontendKind.UNKNOWN
        ? "Unknown"
        : ServiceRow.Kind.valueOf(frontend.getKind().name()).text();
  }

  /** {@code 1 => 10.0.1.5:8080/TCP (active)}. */
  List<String> backends() {
    List<String> lines = new ArrayList<>();
    for (Backend backend : targets) {
      lines.add(
          "%d => %s (%s)"
              .formatted(
                  lines.size() + 1,
                  ServiceCommand.socket(
                      backend.getAddress(), backend.getPort(), frontend.getProtocol()),
                  state(backend)));
    }
    return lines;
  }

  /** Cilium's words. */
  static String state(Backend backend) {
    return backend.getReady() ? "active" : "terminating";
  }
}
