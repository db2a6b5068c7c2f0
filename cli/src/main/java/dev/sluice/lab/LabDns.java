package dev.sluice.lab;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * The lab's DNS: a pod kube-system/kube-dns with dnsmasq behind the Service that every pod's
 * resolv.conf names from the beginning, and a small server beside it that knows the cluster's names
 * and those of the outside world. It comes with the first manifest that speaks of names.
 *
 * <p>Thread-safe.
 */
final class LabDns {
  /** Addresses of the pod, pinned on node-1 at the end of its range. */
  private static final String POD4 = "10.0.1.253";

  private static final String POD6 = "fd00:10:0:1::fd";

  /** Addresses of its Service. */
  private static final String SERVICE4 = "10.96.0.10";

  private static final String SERVICE6 = "fd00:10:96::a";

  private static final String DOMAIN = "cluster.local";
  private static final int NAMES_PORT = 5353;
  private static final int CLUSTER_TTL_SECONDS = 5;
  private static final long WRITE_MILLIS = 50;

  private final Path folder;
  private final ManifestFolder manifests;
  private final Map<String, List<String>> cluster = new TreeMap<>();
  private final Map<String, String> aliases = new TreeMap<>();
  private final Map<String, Object> outside = new TreeMap<>();
  private boolean writing;

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
        .formatted(SERVICE4, SERVICE6, namespace, DOMAIN);
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
    return outsideNames || policyNames || manifest.kind().equals("Service");
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
      - name: names
        command: [python3, %s, %s, "%d"]
    ---
    apiVersion: v1
    kind: Service
    metadata: {name: kube-dns, namespace: kube-system, labels: {k8s-app: kube-dns}}
    spec:
      clusterIPs: [%s, "%s"]
      selector: {k8s-app: kube-dns}
      ports:
      - {name: dns, port: 53, protocol: UDP}
      - {name: dns-tcp, port: 53, protocol: TCP}
    """
        .formatted(
            POD4,
            POD6,
            folder.resolve("dnsmasq.conf"),
            folder.resolve("names.py"),
            folder.resolve("names.json"),
            NAMES_PORT,
            SERVICE4,
            SERVICE6);
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
        server=127.0.0.1#%d
        """
            .formatted(POD4, POD6, NAMES_PORT));
    try (InputStream script = LabDns.class.getResourceAsStream("names.py")) {
      FileTree.write(
          folder.resolve("names.py"), new String(script.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    writeNames();
  }

  /** A pod's or a Service's addresses; none: its name is gone. */
  synchronized void cluster(String name, List<String> addresses) {
    List<String> before =
        addresses.isEmpty() ? cluster.remove(name) : cluster.put(name, List.copyOf(addresses));
    if (!addresses.equals(before == null ? List.of() : before)) {
      changed();
    }
  }

  /** The name of a Service that stands for another name; empty: it stands for none any more. */
  synchronized void alias(String name, String target) {
    String before = target.isEmpty() ? aliases.remove(name) : aliases.put(name, target);
    if (!target.equals(before == null ? "" : before)) {
      changed();
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
      outside.put(
          host + "/" + PodSpec.text(name.get("name")).toLowerCase(),
          entry(number(name.get("ttlSeconds"), 60), number(name.get("perAnswer"), 0), addresses));
    }
    if (Files.isDirectory(folder)) {
      writeNames(); // who applies a host finds its names when that is done
    }
  }

  private static Map<String, Object> entry(long ttl, long perAnswer, List<String> addresses) {
    return Map.of("ttl", ttl, "perAnswer", perAnswer, "addresses", addresses);
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

  /** Writes soon: ten thousand Services that come at once are a few files, not ten thousand. */
  private void changed() {
    if (!writing && Files.isDirectory(folder)) {
      writing = true;
      CompletableFuture.delayedExecutor(WRITE_MILLIS, TimeUnit.MILLISECONDS).execute(this::flush);
    }
  }

  /** Every name that was told can be asked for when this returns. */
  synchronized void flush() {
    if (writing && Files.isDirectory(folder)) {
      writeNames();
    }
    writing = false;
  }

  private void writeNames() {
    Map<String, Object> byName = new TreeMap<>();
    outside.forEach((key, entry) -> byName.put(key.substring(key.indexOf('/') + 1), entry));
    cluster.forEach((name, all) -> byName.put(name, entry(CLUSTER_TTL_SECONDS, 0, all)));
    aliases.forEach(
        (name, target) -> byName.put(name, Map.of("ttl", CLUSTER_TTL_SECONDS, "alias", target)));
    try {
      FileTree.write(folder.resolve("names.json"), LabHandle.MAPPER.writeValueAsString(byName));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("names could not be written as JSON", e);
    }
  }
}
