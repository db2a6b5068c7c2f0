package dev.sluice.bench.soak;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.core.cluster.IdentityScope;
import dev.sluice.lab.LabHandle;
import dev.sluice.lab.LabState;
import dev.sluice.lab.Waiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * What a lab holds when every scenario is at rest: it must be what it held at the first rest, and
 * memory must not grow from rest to rest.
 */
final class LeftOvers {
  private static final Duration SETTLE = Duration.ofSeconds(30);

  /** Rests before a process's memory is taken for what it needs. */
  private static final int WARM_UP = 4;

  private static final long SLACK_MIB = 48;
  private static final long OPEN_FILES_SLACK = 48;

  /** One process at one rest. */
  private record Usage(long residentMib, long openFiles) {}

  private Map<String, Long> first;
  private final Map<LabState.Pid, List<Usage>> usages = new HashMap<>();
  private final Map<LabState.Pid, String> names = new HashMap<>();

  /** Measures a rest; returns what is more than it was. */
  List<String> measure(SoakLab lab) {
    List<String> wrong = new ArrayList<>();
    if (first == null) {
      first = counts(lab);
    } else {
      List<Map<String, Long>> last = new ArrayList<>(List.of(Map.of()));
      boolean same =
          Waiting.until(
              SETTLE,
              () -> {
                last.set(0, counts(lab));
                return last.getFirst().equals(first);
              });
      if (!same) {
        wrong.add("at rest there are " + last.getFirst() + ", at the first rest " + first);
      }
    }
    lostEvents(lab).ifPresent(wrong::add);
    memory(lab, wrong);
    return wrong;
  }

  private static Map<String, Long> counts(SoakLab lab) {
    TreeMap<String, Long> counts = new TreeMap<>();
    for (String map : List.of("policy", "ipcache")) {
      counts.put(map + " entries", entries(lab.json("bpf", map, "list")));
    }
    LabHandle handle = lab.handle();
    String prefix = handle.names().prefix();
    counts.put("namespaces", files(Path.of("/run/netns"), prefix + "-", 1));
    counts.put("pins", files(handle.names().bpfDir(), "", 8));
    return counts;
  }

  /** Without addresses that names have, which come and go by themselves. */
  private static long entries(JsonNode list) {
    long count = 0;
    for (JsonNode each : list) {
      count += IdentityScope.NAMES.has(each.path("identity").asInt()) ? 0 : 1;
    }
    return count;
  }

  private static long files(Path folder, String prefix, int depth) {
    try (Stream<Path> found = Files.walk(folder, depth)) {
      return found
          .filter(file -> !file.equals(folder))
          .filter(file -> file.getFileName().toString().startsWith(prefix))
          .count();
    } catch (NoSuchFileException e) {
      return 0;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Every event that the kernel made was read or is counted as lost. */
  private static java.util.Optional<String> lostEvents(SoakLab lab) {
    List<JsonNode> last = new ArrayList<>();
    boolean even =
        Waiting.until(
            SETTLE,
            () -> {
              JsonNode events = lab.json("status").path("flowEvents");
              last.clear();
              last.add(events);
              return events.path("produced").asLong()
                  == events.path("consumed").asLong() + events.path("lostKernel").asLong();
            });
    return even
        ? java.util.Optional.empty()
        : java.util.Optional.of("flow events do not add up: " + last.getFirst());
  }

  private void memory(SoakLab lab, List<String> wrong) {
    for (LabState.Component component : lab.processes()) {
      Usage usage = usage(component.process().pid());
      if (usage == null) {
        continue; // it ended just now
      }
      String name = component.name() + (component.node().isEmpty() ? "" : "@" + component.node());
      names.put(component.process(), name);
      List<Usage> all = usages.computeIfAbsent(component.process(), pid -> new ArrayList<>());
      all.add(usage);
      if (all.size() <= WARM_UP) {
        continue;
      }
      List<Usage> warm = all.subList(0, WARM_UP);
      long resident = warm.stream().mapToLong(Usage::residentMib).max().orElseThrow();
      if (usage.residentMib() > resident + resident / 4 + SLACK_MIB) {
        wrong.add(name + " grew from " + resident + " to " + usage.residentMib() + " MiB");
      }
      long files = warm.stream().mapToLong(Usage::openFiles).max().orElseThrow();
      if (usage.openFiles() > files + OPEN_FILES_SLACK) {
        wrong.add(name + " went from " + files + " open files to " + usage.openFiles());
      }
    }
  }

  private static Usage usage(long pid) {
    try {
      long resident =
          Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
              .filter(line -> line.startsWith("VmRSS:"))
              .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) / 1024)
              .findFirst()
              .orElse(0);
      return new Usage(resident, files(Path.of("/proc/" + pid + "/fd"), "", 1));
    } catch (IOException | UncheckedIOException e) {
      return null;
    }
  }

  /** Memory of the processes that live, in MiB. */
  String memoryLine(SoakLab lab) {
    StringBuilder line = new StringBuilder();
    for (LabState.Component component : lab.processes()) {
      List<Usage> all = usages.get(component.process());
      if (all != null) {
        line.append(line.isEmpty() ? "" : ", ")
            .append(names.get(component.process()))
            .append(' ')
            .append(all.getLast().residentMib());
      }
    }
    return line.toString();
  }
}
