package dev.sluice.lab;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.policy.LabelSyntax;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * The world outside the cluster: hosts on the lab's wire, each a namespace running one command. The
 * cluster does not know them as objects. Kept as files, so that a lab started again has them.
 *
 * <p>Thread-safe: one change at a time.
 */
final class OutsideHosts {
  /** The kind in manifests. */
  static final String KIND = "OutsideHost";

  private final LabFiles files;
  private final LabNames names;
  private final CgroupTree cgroups;
  private final LabDns dns;
  private final Map<String, Map<String, Object>> running = new TreeMap<>();

  OutsideHosts(LabFiles files, LabNames names, CgroupTree cgroups, LabDns dns) {
    this.dns = dns;
    this.files = files;
    this.names = names;
    this.cgroups = cgroups;
  }

  /** Starts those that the directory remembers. */
  synchronized void restore() {
    Path folder = folder();
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (Stream<Path> saved = Files.list(folder)) {
      for (Path file : saved.filter(f -> f.toString().endsWith(".json")).sorted().toList()) {
        @SuppressWarnings("unchecked")
        Map<String, Object> spec = LabHandle.MAPPER.readValue(Files.readString(file), Map.class);
        String name = file.getFileName().toString().replaceAll("\\.json$", "");
        start(name, spec);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Makes a host be as its manifest says: created, configured or unchanged.
   *
   * @throws IllegalArgumentException when the manifest cannot be followed, saying why
   */
  synchronized String apply(Manifest manifest) {
    Map<String, Object> spec = PodSpec.map(manifest.body().get("spec"));
    check(manifest.name(), spec);
    Map<String, Object> before = running.get(manifest.name());
    if (spec.equals(before)) {
      return "unchanged";
    }
    if (before != null) {
      stop(manifest.name());
    }
    start(manifest.name(), spec);
    try {
      FileTree.write(file(manifest.name()), LabHandle.MAPPER.writeValueAsString(spec));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a manifest could not be written as JSON", e);
    }
    return before == null ? "created" : "configured";
  }

  /**
   * @throws IllegalArgumentException saying what to write
   */
  static void check(String name, Map<String, Object> spec) {
    if (!LabelSyntax.isDomain(name)) {
      throw new IllegalArgumentException(
          "metadata.name: \""
              + name
              + "\" is no name: write lower case letters, digits, '-' and '.'");
    }
    List<String> addresses = addresses(spec);
    if (addresses.isEmpty()) {
      throw new IllegalArgumentException("spec.addresses is empty: give the host an address");
    }
    for (String address : addresses) {
      try {
        IpAddress.parse(address);
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException(
            "spec.addresses: " + e.getMessage() + ": write 203.0.113.10 or 2001:db8::10", e);
      }
    }
    LabDns.check(PodSpec.list(spec.get("names")));
  }

  /** Whether there was one. */
  synchronized boolean delete(String name) {
    if (!running.containsKey(name)) {
      return false;
    }
    stop(name);
    FileTree.delete(file(name));
    return true;
  }

  private void start(String name, Map<String, Object> spec) {
    Sandbox sandbox = sandbox(name);
    sandbox.create();
    sandbox.sysctl(List.of("net/ipv6/conf/default/accept_dad=0"));
    Shell.ip(names.wireNetns(), WirePlan.outsidePort(port(name), sandbox.netns(), addresses(spec)));
    Shell.ip(sandbox.netns(), WirePlan.outsideHost(addresses(spec)));
    List<String> command = new ArrayList<>();
    PodSpec.list(spec.get("command")).forEach(word -> command.add(PodSpec.text(word)));
    if (!command.isEmpty()) {
      sandbox.start(command, Map.of(), files.logs().resolve("outside").resolve(name + ".log"));
    }
    running.put(name, spec);
    dns.outside(name, spec);
    Targets.write(files, "outside/" + name, sandbox);
  }

  private void stop(String name) {
    running.remove(name);
    dns.outside(name, Map.of());
    Targets.remove(files, "outside/" + name);
    sandbox(name).remove();
  }

  private Sandbox sandbox(String name) {
    return new Sandbox(names.outsideNetns(name), cgroups.outside(name));
  }

  /** Name of its port on the wire: at most 15 characters, in a namespace of the lab's own. */
  private static String port(String name) {
    return "o" + LabNames.hash(name, 10);
  }

  private static List<String> addresses(Map<String, Object> spec) {
    return PodSpec.list(spec.get("addresses")).stream().map(PodSpec::text).toList();
  }

  private Path folder() {
    return files.data().resolve("outside");
  }

  private Path file(String name) {
    return folder().resolve(name + ".json");
  }
}
