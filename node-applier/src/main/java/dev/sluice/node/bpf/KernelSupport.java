package dev.sluice.node.bpf;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Whether this machine and this process can run the dataplane. */
public final class KernelSupport {
  private static final Pattern VERSION = Pattern.compile("(\\d+)\\.(\\d+).*");
  private static final int MAJOR = 6;
  private static final int MINOR = 6;

  private KernelSupport() {}

  /** One sentence that says what is missing, or empty when all is there. */
  public static Optional<String> missing() {
    Optional<String> version = tooOld(System.getProperty("os.version"));
    if (version.isPresent()) {
      return version;
    }
    return Libc.effectiveUser() == 0
        ? Optional.empty()
        : Optional.of("loading eBPF programs needs root");
  }

  /**
   * @param release as {@code uname -r} says it
   */
  static Optional<String> tooOld(String release) {
    Matcher matcher = VERSION.matcher(release);
    if (!matcher.matches()) {
      return Optional.of("cannot read the kernel's version '" + release + "'");
    }
    int major = Integer.parseInt(matcher.group(1));
    int minor = Integer.parseInt(matcher.group(2));
    return major > MAJOR || (major == MAJOR && minor >= MINOR)
        ? Optional.empty()
        : Optional.of(
            "Linux %s is too old: 6.6 or newer is needed, for tcx links".formatted(release));
  }

  /**
   * @throws BpfException when something is missing
   */
  public static void check() {
    missing()
        .ifPresent(
            text -> {
              throw new BpfException(text, 0);
            });
  }
}
