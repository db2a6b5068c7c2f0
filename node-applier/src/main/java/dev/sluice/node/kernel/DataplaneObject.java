package dev.sluice.node.kernel;

import dev.sluice.core.service.Maglev;
import dev.sluice.node.bpf.BpfException;
import dev.sluice.node.bpf.BpfFs;
import dev.sluice.node.bpf.BpfObject;
import dev.sluice.node.bpf.KernelSupport;
import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.config.SettingsException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** The compiled programs: loads them with the node's settings, over the maps that are pinned. */
final class DataplaneObject {
  /** The pin of the programs' constants begins with this. */
  private static final String CONSTANTS = "constants-";

  /** The folder of the programs' pins begins with this. */
  private static final String PROGRAMS = "programs-";

  /** Addresses of pods for which a node has room. */
  private static final int PODS = 32_768;

  private static final String RESOURCE = "dataplane.bpf.o";
  static final List<String> MAPS =
      List.of(
          "slc_policy",
          "slc_addr",
          "slc_prefix",
          "slc_own",
          "slc_addr_epoch",
          "slc_ep_slots",
          "slc_ep",
          "slc_local",
          "slc_ct",
          "slc_ct_queue",
          "slc_shares",
          "slc_quota",
          "slc_frag",
          "slc_drops",
          "slc_drop_hints",
          "slc_events",
          "slc_metrics",
          "slc_stats",
          "slc_state",
          "slc_sweep",
          "slc_proxies");

  private DataplaneObject() {}

  /**
   * Loads the programs, or takes those up that a former process with the same bytes and settings
   * loaded: that they are safe was verified then. Maps are made or taken over from {@code mapPins}.
   *
   * @throws BpfException when the machine cannot run them, or pinned maps have another layout
   */
  static BpfObject load(Settings settings, Path mapPins, ConnectionLifetimes lifetimes) {
    KernelSupport.check();
    BpfFs.ensure(mapPins);
    byte[] elf = bytes();
    BpfObject object = BpfObject.open(elf);
    try {
      Layouts.check(object.btf());
      LbCodec.check(object.btf());
      Translation.check(object.btf());
      Stream.of(MAPS, LbMaps.NAMES, Translation.NAMES)
          .flatMap(List::stream)
          .forEach(map -> object.pin(map, mapPins.resolve(map)));
      tune(object, settings, lifetimes);
      String digest = digest(elf, object.readOnlyBytes());
      Path constants = mapPins.resolve(CONSTANTS + digest);
      Path programs = mapPins.resolveSibling(PROGRAMS + digest);
      object.pinReadOnlyData(constants).load(programs);
      forgetOthers(constants, CONSTANTS);
      forgetOthers(programs, PROGRAMS);
      return object;
    } catch (RuntimeException e) {
      object.close();
      throw e;
    }
  }

  /** Removes what is of other bytes or settings; who uses it still has it. */
  private static void forgetOthers(Path kept, String kind) {
    try (Stream<Path> pins = Files.list(kept.getParent())) {
      pins.filter(pin -> pin.getFileName().toString().startsWith(kind))
          .filter(pin -> !pin.equals(kept))
          .toList()
          .forEach(BpfFs::remove);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot tidy " + kept.getParent(), e);
    }
  }

  /** Programs and constants of one kind have one name, so that equal ones are found again. */
  private static String digest(byte[] elf, byte[] constants) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(elf);
      return HexFormat.of().formatHex(digest.digest(constants), 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-256", e);
    }
  }

  private static void tune(BpfObject object, Settings settings, ConnectionLifetimes lifetimes) {
    int entries = settings.integer(Setting.NODE_CT_ENTRIES);
    int share = settings.integer(Setting.NODE_CT_ENDPOINT_SHARE);
    object.maxEntries("slc_policy", settings.integer(Setting.NODE_POLICY_ENTRIES));
    int backends = settings.integer(Setting.NODE_SERVICE_BACKENDS);
    int frontends = settings.integer(Setting.NODE_SERVICE_FRONTENDS);
    object.maxEntries("slc_lb_frontend", frontends).maxEntries("slc_local", PODS + frontends);
    object.maxEntries("slc_lb_slot", backends).maxEntries("slc_lb_member", backends);
    object.maxEntries("slc_lb_seat", backends);
    int places = tableSize(settings);
    object.valueBytes("slc_lb_maglev", 2 * places);
    object.tune("slc_front_tunables", "maglev_size", places);
    int translations = settings.integer(Setting.NODE_NAT_ENTRIES);
    object.maxEntries("slc_nat", 2 * translations).maxEntries("slc_nat_queue", translations);
    object.maxEntries("slc_nat_clients", translations);
    int clientShare = settings.integer(Setting.NODE_NAT_CLIENT_SHARE);
    object.tune(
        "slc_nat_tunables",
        "client_max",
        (int) Math.max(1, (long) translations * clientShare / 100));
    object.maxEntries("slc_ct", entries).maxEntries("slc_ct_queue", entries);
    object.tune("slc_tunables", "ct_entries", entries);
    object.tune("slc_tunables", "ct_endpoint_max", (int) Math.max(1, (long) entries * share / 100));
    object.tune("slc_tunables", "ct_established_seconds", lifetimes.established());
    object.tune("slc_tunables", "ct_opening_seconds", lifetimes.opening());
    object.tune("slc_tunables", "ct_closing_seconds", lifetimes.closing());
    object.tune("slc_tunables", "ct_other_seconds", lifetimes.other());
  }

  private static int tableSize(Settings settings) {
    try {
      return Maglev.checkedSize(settings.integer(Setting.NODE_SERVICE_TABLE));
    } catch (IllegalArgumentException e) {
      throw new SettingsException("node.service.table: " + e.getMessage());
    }
  }

  private static byte[] bytes() {
    try (InputStream in = DataplaneObject.class.getResourceAsStream(RESOURCE)) {
      if (in == null) {
        throw new IllegalStateException(
            RESOURCE + " is not on the class path: clang did not run in the build");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + RESOURCE, e);
    }
  }
}
