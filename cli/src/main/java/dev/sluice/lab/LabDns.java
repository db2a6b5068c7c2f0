package dev.sluice.lab;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The lab's DNS: a pod kube-system/kube-dns with dnsmasq, which knows the cluster's names and asks
 * a small server beside it for those of the outside world. It comes with the first manifest that
 * speaks of names. Every pod's resolv.conf names it from the beginning.
 *
 * <p>Thread-safe.
 */
final class LabDns {
  /** Addresses of the pod, pinned on node-1 at the end of its range. */
  static final String ADDRESS4 = "10.0.1.253";

  static final String ADDRESS6 = "fd00:10:0:1::fd";

  private static final String DOMAIN = "cluster.local";
  private static final int OUTSIDE_PORT = 5353;

  private final Path folder;
  private final ManifestFolder manifests;
  private final Map<String, List<String>> hosts = new TreeMap<>();
  private final Map<String, Object> outside = new TreeMap<>();

  LabDns(LabFiles files, ManifestFolder manifests) {
    this.folder = files.data().resolve("dns");
    this.manifests = manifests;
  }

  /** What a pod's resolver is told. */
  static String resolvConf(String namespace) {
    return """
    nameserver %s
    nameserver %s
    search %s.svc.%s svc.%4$s %4$s
    """
        .formatted(ADDRESS4, ADDRESS6, namespace, DOMAIN);
  }

  /**
   * The same manifests, after those of the server if one of them needs it and it is not there yet.
   */
  synchronized List<Manifest> before(List<Manifest> wanted) {
    if (wanted.stream().noneMatch(LabDns::needsNames)) {
      return wanted;
    }
    writeFiles();
    List<Manifest> all = new ArrayList<>();
    for (Manifest own : Manifest.parse("the lab's DNS", manifest())) {
      if (!own.text().equals(manifests.read(own.fileName()))) {
        all.add(own);
      }
    }
    all.addAll(wanted);
    return all;
  }

  private static boolean needsNames(Manifest manifest) {
    boolean outsideNames =
        manifest.kind().equals(OutsideHosts.KIND)
            && !PodSpec.list(PodSpec.map(manifest.body().get("spec")).get("names")).isEmpty();
    boolean policyNames =
        manifest.kind().contains("NetworkPolicy")
            && (manifest.text().contains("toFQDNs") || manifest.text().contains("kube-dns"));
    return outsideNames || policyNames;
  }

  private String manifest() {
    return """
    apiVersion: v1
    kind: Namespace
    metadata: {name: kube-system}
    ---
    apiVersion: v1
    kind: Pod
    metadata:
      name: kube-dns
      namespace: kube-system
      labels: {k8s-app: kube-dns}
      annotations: {sluice.dev/ip: "%s,%s"}
    spec:
      nodeName: node-1
      containers:
      - name: dnsmasq
        command: [dnsmasq, --keep-in-foreground, --user=root, --conf-file=%s]
        ports:
        - {name: dns, containerPort: 53, protocol: UDP}
        - {name: dns-tcp, containerPort: 53, protocol: TCP}
      - name: outside
        command: [python3, %s, %s, "%d"]
    """
        .formatted(
            ADDRESS4,
            ADDRESS6,
            folder.resolve("dnsmasq.conf"),
            folder.resolve("outside-names.py"),
            folder.resolve("outside.json"),
            OUTSIDE_PORT);
  }

  private void writeFiles() {
    FileTree.write(
        folder.resolve("dnsmasq.conf"),
        """
        no-resolv
        no-hosts
        pid-file=
        cache-size=0
        bind-interfaces
        listen-address=%s,%s
        edns-packet-max=4096
        dns-forward-max=10000
        local=/%s/
        local-ttl=5
        hostsdir=%s
        server=127.0.0.1#%d
        """
            .formatted(ADDRESS4, ADDRESS6, DOMAIN, folder.resolve("hosts"), OUTSIDE_PORT));
    try (InputStream script = LabDns.class.getResourceAsStream("outside-names.py")) {
      Files.createDirectories(folder.resolve("hosts"));
      FileTree.write(
          folder.resolve("outside-names.py"),
          new String(script.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    writeHosts();
    writeOutside();
  }

  /** A pod's or a Service's addresses; none: its name is gone. */
  synchronized void cluster(String name, List<String> addresses) {
    List<String> before =
        addresses.isEmpty() ? hosts.remove(name) : hosts.put(name, List.copyOf(addresses));
    if (!addresses.equals(before == null ? List.of() : before)) {
      writeHosts();
    }
  }

  /** {@code 10-0-1-5.shop.pod.cluster.local}: the name of a pod by its IPv4 address. */
  static String podName(String namespace, String ip) {
    return ip.replace('.', '-').replace(':', '-') + "." + namespace + ".pod." + DOMAIN;
  }

  static String serviceName(String namespace, String service) {
    return service + "." + namespace + ".svc." + DOMAIN;
  }

  /** An outside host's names; a spec without any: they are gone. */
  synchronized void outside(String host, Map<String, Object> spec) {
    outside.keySet().removeIf(key -> key.startsWith(host + "/"));
    List<String> addresses =
        PodSpec.list(spec.get("addresses")).stream().map(PodSpec::text).toList();
    for (Object each : PodSpec.list(spec.get("names"))) {
      Map<String, Object> name = PodSpec.map(each);
      Map<String, Object> entry = new LinkedHashMap<>();
      entry.put("ttl", number(name.get("ttlSeconds"), 60));
      entry.put("perAnswer", number(name.get("perAnswer"), 0));
      entry.put("addresses", addresses);
      outside.put(host + "/" + PodSpec.text(name.get("name")).toLowerCase(), entry);
    }
    writeOutside();
  }

  private static long number(Object value, long otherwise) {
    return value instanceof Number number ? number.longValue() : otherwise;
  }

  /**
   * Checks the names of an outside host.
   *
   * @throws IllegalArgumentException saying what to write
   */
  static void check(List<?> names) {
    for (Object each : names) {
      String name = PodSpec.text(PodSpec.map(each).get("name"));
      if (!name.matches("[A-Za-z0-9_-]{1,63}(\\.[A-Za-z0-9_-]{1,63})*")) {
        throw new IllegalArgumentException(
            "spec.names: \"" + name + "\" is no DNS name: write {name: api.example.com}");
      }
    }
  }

  private void writeHosts() {
    if (Files.isDirectory(folder)) {
      List<String> lines = new ArrayList<>();
      hosts.forEach((name, all) -> all.forEach(address -> lines.add(address + " " + name)));
      FileTree.write(folder.resolve("hosts").resolve("cluster"), String.join("\n", lines) + "\n");
    }
  }

  private void writeOutside() {
    if (Files.isDirectory(folder)) {
      Map<String, Object> byName = new TreeMap<>();
      outside.forEach((key, entry) -> byName.put(key.substring(key.indexOf('/') + 1), entry));
      try {
        FileTree.write(folder.resolve("outside.json"), LabHandle.MAPPER.writeValueAsString(byName));
      } catch (JsonProcessingException e) {
        throw new IllegalStateException("names could not be written as JSON", e);
      }
    }
  }
}
