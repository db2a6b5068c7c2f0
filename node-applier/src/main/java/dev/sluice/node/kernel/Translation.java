package dev.sluice.node.kernel;

import static dev.sluice.node.kernel.Layouts.buffer;

import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;
import dev.sluice.core.service.LbEntry.RangeKey;
import dev.sluice.core.service.LbEntry.Target;
import dev.sluice.node.bpf.BpfMap;
import dev.sluice.node.bpf.Btf;
import dev.sluice.node.bpf.TestRun;
import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.config.SettingsException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/**
 * What the programs need to translate addresses, and what they did. The entries themselves are the
 * kernel's. Thread-safe.
 */
public final class Translation {
  static final List<String> NAMES =
      List.of(
          "slc_nat",
          "slc_nat_queue",
          "slc_nat_clients",
          "slc_nat_places",
          "slc_nat_lent",
          "slc_nat_lately",
          "slc_nat_config",
          "slc_nat_clock",
          "slc_range");

  private static final byte[] KEY = new byte[4];

  /** Offset of a key's protocol, and of the value in the place of a port that is lent. */
  private static final int PROTOCOL = 36;

  private static final int ENTRY = 40;

  /** Offset of whether it is lent. */
  static final int LENT = 112;

  private static final int CONFIG = 48;

  /** Where members are that are read or written here, in bytes. */
  private static final Map<String, Map<String, Integer>> STRUCTS =
      Map.of(
          "slc_nat_key",
          Map.of("src", 0, "dst", 16, "sport", 32, "dport", 34, "protocol", 36, "", 40),
          "slc_nat_value",
          Map.of(
              "src",
              0,
              "dst",
              16,
              "sport",
              32,
              "dport",
              34,
              "flags",
              36,
              "last_seen",
              40,
              "service",
              48,
              "",
              72),
          "slc_nat_port",
          Map.of("key", 0, "value", ENTRY, "lent", LENT, "", 128),
          "slc_nat_config",
          Map.of(
              "uplink",
              0,
              "direct",
              4,
              "port_first",
              8,
              "ports",
              12,
              "ip4",
              16,
              "ip6",
              32,
              "",
              CONFIG));

  private static final int UDP = 17;

  /** Offset of an entry's flags, and those that are looked at. */
  private static final int FLAGS = 36;

  private static final int KIND = 7;
  private static final int FRONT = 1;
  private static final int OVER = 1024;

  /** Owners of the prefixes that pods reach under their own addresses. */
  private static final int EXCEPT4 = 0;

  private static final int EXCEPT6 = -1;

  /**
   * Ports of the node's addresses that are not for its own sockets.
   *
   * @param first the lowest
   * @param last the highest
   */
  public record Ports(int first, int last) {
    private static final int FIRST_NODE_PORT = 30_000;
    private static final int LAST_NODE_PORT = 32_767;

    /**
     * @throws SettingsException when the setting is no range of ports
     */
    public static Ports of(Settings settings) {
      String text = settings.text(Setting.NODE_NAT_PORTS);
      String[] ends = text.split("-", 2);
      try {
        Ports ports = new Ports(Integer.parseInt(ends[0]), Integer.parseInt(ends[1]));
        if (ports.first > 1023 && ports.first < ports.last && ports.last < 65_536) {
          return ports.besideNodePorts();
        }
      } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
        // told below
      }
      throw new SettingsException(
          "node.nat.ports is '%s': write two ports from 1024 to 65535, like 49152-65535"
              .formatted(text));
    }

    /** What came to a node port would be taken for an answer. */
    private Ports besideNodePorts() {
      if (first <= LAST_NODE_PORT && last >= FIRST_NODE_PORT) {
        throw new SettingsException(
            "node.nat.ports is '%s', and node ports are from %d to %d: write a range beside them, like 49152-65535"
                .formatted(text(), FIRST_NODE_PORT, LAST_NODE_PORT));
      }
      return this;
    }

    /** As the setting has it. */
    public String text() {
      return first + "-" + last;
    }
  }

  /** One connection that is translated, one direction. */
  public record Translated(
      String kind,
      int protocol,
      Target source,
      Target destination,
      Target newSource,
      Target newDestination,
      int service,
      long idleSeconds) {}

  private final BpfMap entries;
  private final BpfMap ports;
  private final BpfMap config;
  private final BpfMap ranges;
  private final Epoch epoch;
  private final int settle;

  /**
   * @param epoch of Services: whose a node port is follows from the node's own addresses
   * @param settle file descriptor of the program that moves what has a port that is lent by now
   */
  Translation(Map<String, BpfMap> maps, Epoch epoch, int settle) {
    this.epoch = epoch;
    this.settle = settle;
    this.entries = maps.get("slc_nat");
    this.ports = maps.get("slc_nat_lent");
    this.config = maps.get("slc_nat_config");
    this.ranges = maps.get("slc_range");
  }

  /**
   * @throws dev.sluice.node.bpf.BpfException naming the first member that is elsewhere in C
   */
  static void check(Btf btf) {
    STRUCTS.forEach((name, members) -> Layouts.check(btf.struct(name), members));
  }

  /**
   * Whether backends elsewhere answer clients themselves.
   *
   * @throws SettingsException when the setting says neither
   */
  static boolean direct(Settings settings) {
    String reply = settings.text(Setting.NODE_SERVICE_REPLY);
    return switch (reply) {
      case "snat" -> false;
      case "direct" -> true;
      default ->
          throw new SettingsException(
              "node.service.reply is '%s': write snat or direct".formatted(reply));
    };
  }

  /**
   * Translates on this interface from now on, as far as addresses are known.
   *
   * @param direct whether backends elsewhere answer clients themselves
   */
  void begin(int uplink, boolean direct, Ports ports, Collection<Prefix> except) {
    except(except);
    change(
        value ->
            value
                .putInt(0, uplink)
                .putInt(4, direct ? 1 : 0)
                .putInt(8, ports.first())
                .putInt(12, ports.last() - ports.first() + 1));
    TestRun.once(settle, new byte[64], TestRun.Context.ARRIVED);
  }

  private void except(Collection<Prefix> prefixes) {
    Set<RangeKey> wanted = new HashSet<>();
    prefixes.forEach(
        prefix -> wanted.add(new RangeKey(prefix.address().v6() ? EXCEPT6 : EXCEPT4, prefix)));
    for (byte[] bytes : ranges.keys()) {
      RangeKey key = LbCodec.range(bytes).key();
      if (isException(key) && !wanted.remove(key)) {
        ranges.delete(bytes);
      }
    }
    wanted.forEach(key -> ranges.update(LbCodec.key(key), LbCodec.present()));
  }

  /** Whether a range is a setting, and no frontend's. */
  static boolean isException(RangeKey key) {
    return key.owner() == EXCEPT4 || key.owner() == EXCEPT6;
  }

  /**
   * Prefixes that pods reach under their own addresses.
   *
   * @throws SettingsException when one is no prefix
   */
  static List<Prefix> exceptions(Settings settings) {
    List<Prefix> prefixes = new ArrayList<>();
    for (String text : settings.text(Setting.NODE_MASQUERADE_EXCEPT).split(",")) {
      if (!text.isBlank()) {
        try {
          prefixes.add(Prefix.parse(text.strip()));
        } catch (IllegalArgumentException e) {
          throw new SettingsException(
              "node.masquerade.except: '%s' is no prefix: write one like 10.0.0.0/8"
                  .formatted(text.strip()));
        }
      }
    }
    return prefixes;
  }

  /** The node's own addresses: the first of each family is what it speaks for others under. */
  void own(List<IpAddress> addresses) {
    change(
        value -> {
          value.put(16, new byte[32]);
          for (boolean v6 : new boolean[] {false, true}) {
            addresses.stream()
                .filter(address -> address.v6() == v6)
                .findFirst()
                .ifPresent(address -> value.put(v6 ? 32 : 16, address.mapped()));
          }
        });
  }

  private synchronized void change(java.util.function.Consumer<ByteBuffer> how) {
    byte[] held = config.lookup(KEY).orElseThrow();
    ByteBuffer value = buffer(Arrays.copyOf(held, CONFIG));
    how.accept(value);
    if (!Arrays.equals(held, value.array())) {
      epoch.during(() -> config.update(KEY, value.array()));
    }
  }

  /**
   * Forgets who was sent to these backends by datagrams: nothing ends such a flow, and it would go
   * on to nowhere. The next datagram gets another backend. What their answers would become is the
   * sweep's to remove.
   */
  void forget(Set<Target> backends) {
    List<byte[]> gone = new ArrayList<>();
    entries.forEach(
        (key, value) -> {
          boolean forward = (buffer(value).getInt(FLAGS) & KIND) == FRONT;
          if (forward && key[PROTOCOL] == UDP && backends.contains(target(value, 16, 34))) {
            gone.add(key);
          }
        });
    gone.forEach(entries::delete);
  }

  /** Every entry that counts, in no order; of a connection that nobody answered yet one. */
  public List<Translated> all() {
    List<Translated> all = new ArrayList<>();
    long now = System.nanoTime();
    entries.forEach(
        (key, value) -> {
          if ((buffer(value).getInt(FLAGS) & OVER) == 0) {
            all.add(translated(key, value, now));
          }
        });
    ports.forEach(
        (place, port) -> {
          byte[] value = Arrays.copyOfRange(port, ENTRY, port.length);
          if (port[PROTOCOL] != 0 && (buffer(value).getInt(FLAGS) & OVER) == 0) {
            all.add(translated(port, value, now));
          }
        });
    return all;
  }

  private static Translated translated(byte[] key, byte[] value, long now) {
    ByteBuffer v = buffer(value);
    String kind =
        switch (v.getInt(FLAGS) & KIND) {
          case FRONT -> "service";
          case 2 -> "service reply";
          case 3 -> "masquerade";
          default -> "masquerade reply";
        };
    return new Translated(
        kind,
        key[PROTOCOL] & 0xff,
        target(key, 0, 32),
        target(key, 16, 34),
        target(value, 0, 32),
        target(value, 16, 34),
        v.getInt(48),
        Math.max(0, TimeUnit.NANOSECONDS.toSeconds(now - v.getLong(40))));
  }

  private static Target target(byte[] bytes, int address, int port) {
    return new Target(
        IpAddress.ofMapped(Arrays.copyOfRange(bytes, address, address + 16)),
        (bytes[port] & 0xff) << 8 | bytes[port + 1] & 0xff);
  }
}
