package dev.sluice.bench;

import dev.sluice.core.net.IpAddress;
import dev.sluice.node.bpf.BpfMap;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Pods that a world gets, one after the other, with labels that pods had before. */
final class NewPods {
  private static final long LONGEST_NANOS = Duration.ofSeconds(30).toNanos();
  private static final long LOOK_NANOS = 50_000;

  private final BenchLab lab;
  private final int identities;
  private final BpfMap addresses;
  private int made;

  /**
   * @param identities how many the world has
   */
  NewPods(BenchLab lab, int identities) {
    this.lab = lab;
    this.identities = identities;
    this.addresses =
        BpfMap.pinned(Path.of(lab.handle().node("node-1").bpfPath(), "maps", "slc_addr"));
  }

  private String manifest(String ip) {
    int identity = made % identities;
    return World.pod("w-%d-n%d".formatted(identity, made), identity, ip, World.SPARE);
  }

  /** From the manifest's closing until the address is in the map of node 1; milliseconds. */
  double millis() throws IOException {
    made++;
    String ip = "10.127.%d.%d".formatted(made / 250, 1 + made % 250);
    Path ready = lab.manifests().resolveSibling("new-pod.tmp");
    Files.writeString(ready, manifest(ip));
    byte[] key = IpAddress.parse(ip).mapped();
    Files.move(
        ready,
        lab.manifests().resolve("new-pod-" + made + ".yaml"),
        StandardCopyOption.ATOMIC_MOVE);
    long written = System.nanoTime();
    while (addresses.lookup(key).isEmpty()) {
      if (System.nanoTime() - written > LONGEST_NANOS) {
        throw new IllegalStateException("the kernel never heard of " + ip);
      }
      LockSupport.parkNanos(LOOK_NANOS); // not spinning: there may be few CPUs
    }
    return (System.nanoTime() - written) / 1e6;
  }
}
