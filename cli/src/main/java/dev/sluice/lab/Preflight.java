package dev.sluice.lab;

import dev.sluice.cli.Refusal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Says before anything is made whether this machine can run a lab, and if not, why. */
public final class Preflight {
  private static final int LEAST_MAJOR = 6;
  private static final int LEAST_MINOR = 6;
  private static final long CAP_NET_ADMIN = 1L << 12;
  private static final long CAP_SYS_ADMIN = 1L << 21;
  private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+).*", Pattern.DOTALL);

  private Preflight() {}

  /**
   * @throws Refusal naming everything that is missing
   */
  public static void check() {
    List<String> reasons = new ArrayList<>();
    kernel(read("/proc/sys/kernel/osrelease")).ifPresent(reasons::add);
    privileges(read("/proc/self/status")).ifPresent(reasons::add);
    if (reasons.isEmpty()) {
      bpf().ifPresent(reasons::add);
      sysctls().ifPresent(reasons::add);
      if (CgroupTree.mountPoint().isEmpty()) {
        reasons.add("no cgroup2 file system is mounted (mount -t cgroup2 none /sys/fs/cgroup)");
      }
    }
    if (!reasons.isEmpty()) {
      throw new Refusal("A lab cannot run here: " + String.join("; ", reasons));
    }
  }

  /**
   * For a command that enters or ends what root made.
   *
   * @param command as the user typed it, for the sentence
   * @throws Refusal when the process is not root
   */
  public static void requireRoot(String command) {
    if (!isRoot(read("/proc/self/status"))) {
      throw new Refusal("'" + command + "' needs root: run it with sudo");
    }
  }

  /** What to do about a socket that did not open; the lab's sockets are root's alone. */
  public static String adviceOn(IOException failure, String otherwise) {
    return isRoot(read("/proc/self/status"))
        ? "(" + failure.getMessage() + "): " + otherwise
        : "to this user (" + failure.getMessage() + "): run the command with sudo";
  }

  private static boolean isRoot(String status) {
    return status.lines().anyMatch(line -> line.matches("Uid:\\s+\\d+\\s+0\\s.*"));
  }

  static Optional<String> kernel(String release) {
    Matcher version = VERSION.matcher(release);
    if (!version.matches()) {
      return Optional.of("the kernel does not say its version");
    }
    int major = Integer.parseInt(version.group(1));
    int minor = Integer.parseInt(version.group(2));
    boolean enough = major > LEAST_MAJOR || (major == LEAST_MAJOR && minor >= LEAST_MINOR);
    return enough
        ? Optional.empty()
        : Optional.of(
            "the kernel is " + release.strip() + ", and 6.6 or newer is needed for tcx programs");
  }

  static Optional<String> privileges(String status) {
    if (!isRoot(status)) {
      return Optional.of("it needs root (run it with sudo)");
    }
    long effective =
        status
            .lines()
            .filter(line -> line.startsWith("CapEff:"))
            .map(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
            .findFirst()
            .orElse(0L);
    long needed = CAP_NET_ADMIN | CAP_SYS_ADMIN;
    return (effective & needed) == needed
        ? Optional.empty()
        : Optional.of(
            "this root lacks the capabilities NET_ADMIN and SYS_ADMIN (in a container:"
                + " --privileged)");
  }

  private static Optional<String> bpf() {
    boolean supported =
        Files.exists(Path.of("/sys/fs/bpf")) && Files.exists(Path.of("/sys/kernel/btf/vmlinux"));
    return supported
        ? Optional.empty()
        : Optional.of("the kernel has no BPF or no BTF (/sys/fs/bpf, /sys/kernel/btf/vmlinux)");
  }

  private static Optional<String> sysctls() {
    return Files.isWritable(Path.of("/proc/sys/net/ipv4/ip_forward"))
        ? Optional.empty()
        : Optional.of("/proc/sys is read-only (in a container: --privileged)");
  }

  private static String read(String file) {
    try {
      return Files.readString(Path.of(file));
    } catch (IOException e) {
      return "";
    }
  }
}
