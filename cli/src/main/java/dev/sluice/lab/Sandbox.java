package dev.sluice.lab;

import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * A network namespace and a cgroup: what a pod, an outside host and a node are made of. A value;
 * the things it names may or may not exist.
 *
 * @param netns name below /run/netns
 * @param cgroup absolute path; processes started here live in it
 */
public record Sandbox(String netns, Path cgroup) {
  /**
   * Enters the cgroup before anything of the command runs, then the namespace with its files.
   * {@code $0} is who the shell says it is where the command cannot be run.
   */
  private static final String ENTER =
      """
      echo $$ >"$1/cgroup.procs" || exit 125
      n=$2; r=/etc/netns/${n##*/}/resolv.conf; shift 2
      command -v -- "$1" >/dev/null || [ -e "$1" ] || { echo "$0: '$1' not found" >&2; exit 127; }
      [ -e "$r" ] || exec nsenter --net="$n" -- "$@"
      exec nsenter --net="$n" -- unshare --mount -- /bin/sh -c \
        'mount --bind "$1" /etc/resolv.conf && shift && exec "$@"' "$0" "$r" "$@"
      """;

  /** Where {@code ip netns exec} too looks for files of a namespace. */
  private static final Path FILES = Path.of("/etc/netns");

  static final Path NETNS_DIR = Path.of("/run/netns");

  public Path netnsPath() {
    return NETNS_DIR.resolve(netns);
  }

  boolean exists() {
    return Files.exists(netnsPath());
  }

  void create() {
    CgroupTree.create(cgroup);
    if (!exists()) {
      Shell.check("ip", "netns", "add", netns);
    }
  }

  /** Says what /etc/resolv.conf is for commands in here. */
  void resolver(String text) {
    FileTree.write(FILES.resolve(netns).resolve("resolv.conf"), text);
  }

  /** Removes files of a namespace that is gone. */
  static void forgetFiles(String netns) {
    FileTree.delete(FILES.resolve(netns));
  }

  /** Writes sysctls of the namespace, {@code net/…=value} each. */
  void sysctl(List<String> settings) {
    StringBuilder script = new StringBuilder();
    for (String setting : settings) {
      int equals = setting.indexOf('=');
      script
          .append("echo ")
          .append(setting.substring(equals + 1))
          .append(" >/proc/sys/")
          .append(setting, 0, equals)
          .append(" || exit 1\n");
    }
    // /proc/sys/net shows the namespace of the task that opens it.
    Shell.check(script.toString(), List.of("nsenter", "--net=" + netnsPath(), "/bin/sh", "-s"));
  }

  /** The command line that runs a command in here; exec it, or start it. */
  public List<String> command(List<String> command) {
    return command(netns, command);
  }

  /**
   * As above.
   *
   * @param name what the user calls this place, for what is said of a command that cannot be run
   */
  public List<String> command(String name, List<String> command) {
    List<String> all =
        new ArrayList<>(
            List.of("/bin/sh", "-c", ENTER, name, cgroup.toString(), netnsPath().toString()));
    all.addAll(command);
    return all;
  }

  /** Starts a command in here with its output appended to a file. */
  Process start(List<String> command, Map<String, String> environment, Path log) {
    try {
      Files.createDirectories(log.getParent());
      Path home = Files.createDirectories(log.resolveSibling("work"));
      ProcessBuilder builder =
          new ProcessBuilder(command(command))
              .directory(home.toFile())
              .redirectErrorStream(true)
              .redirectInput(new File("/dev/null"))
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
      builder
          .environment()
          .put("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
      builder.environment().putAll(environment);
      return builder.start();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot start " + command, e);
    }
  }

  /** Kills what runs in here and removes both; what is gone already is no error. */
  void remove() {
    CgroupTree.remove(cgroup);
    if (exists()) {
      Shell.check("ip", "netns", "del", netns);
    }
    forgetFiles(netns);
  }
}
