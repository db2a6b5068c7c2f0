package dev.sluice.node.mirror;

import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.dns.FqdnRecord;
import dev.sluice.core.dns.NameEnds;
import dev.sluice.core.dns.NoRoom;
import dev.sluice.core.dns.NodeNames;
import dev.sluice.core.log.Change;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.node.KernelEntry;
import dev.sluice.core.node.MapPlan;
import dev.sluice.core.node.NodeFold;
import dev.sluice.core.service.LbEntry;
import dev.sluice.core.service.LbPlan;
import dev.sluice.core.service.LocalHealth;
import dev.sluice.core.service.NodeServices;
import dev.sluice.schemas.convert.Row;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/**
 * Topic desired as far as this node has read it, in whole groups. It says nothing before it has
 * reached the end that the topic had at the start, and a mark; then what it holds is a world that
 * was true at a position, and {@link #plan} what the kernel's maps lack of it.
 *
 * <p>Knows no thread and no Kafka: rows are handed in. For the applier's thread.
 */
public final class Mirror {
  private final String node;
  private final int tableSize;
  private final boolean direct;
  private final FoldListener listener;
  private final List<Row.Changed<DesiredRecord>> group = new ArrayList<>();
  private NodeFold fold;
  private NodeServices services;
  private AddressBook addresses;
  private Place place;
  private Place realised = Place.NONE;
  private boolean caughtUp;
  private boolean compare = true;
  private boolean compareServices = true;
  private final NodeNames names = new NodeNames();
  private final NamesListener namesListener;
  private boolean namesWanted;
  private boolean selectorsChanged = true;
  private boolean namesCaughtUp;
  private boolean inherited;
  private SortedMap<Integer, NoRoom> withoutRoom = Collections.emptySortedMap();

  /**
   * @param tableSize places of a consistent hash table
   * @param direct whether other nodes send clients on to this one as they came
   * @param listener told of every change that enters the mirror, after its group's mark was seen
   * @param namesListener told what became of selectors and addresses of names
   */
  public Mirror(
      String node,
      int tableSize,
      boolean direct,
      FoldListener listener,
      NamesListener namesListener) {
    this.node = node;
    this.tableSize = tableSize;
    this.direct = direct;
    this.listener = listener;
    this.namesListener = namesListener;
    reset();
  }

  /** Starts again from nothing: the topic will be handed in from its beginning. */
  public void reset() {
    fold = NodeFold.empty(node);
    services = new NodeServices(node, tableSize, direct);
    compareServices = true;
    addresses = new AddressBook(node);
    place = Place.NONE;
    group.clear();
    caughtUp = false;
    compare = true;
    names.restart();
    listener.restarted();
  }

  /** The end that the topic had when reading began has been handed in. */
  public void caughtUp() {
    caughtUp = true;
  }

  /**
   * Takes rows in the topic's order.
   *
   * @return false when the log behind the topic was made anew: the caller starts from the beginning
   */
  public boolean take(List<Row<DesiredRecord>> rows) {
    for (Row<DesiredRecord> row : rows) {
      switch (row) {
        case Row.Changed<DesiredRecord> changed -> {
          // What a zombie writes again about the past is not news.
          if (changed.position() < 0 || changed.position() >= place.position()) {
            group.add(changed);
          }
        }
        case Row.Marked<DesiredRecord> mark -> {
          if (mark.position() < place.position() && mark.revision() > place.revision()) {
            return false;
          }
          close(mark);
        }
      }
    }
    return true;
  }

  private void close(Row.Marked<DesiredRecord> mark) {
    if (mark.position() < place.position()) {
      return;
    }
    for (Row.Changed<DesiredRecord> changed : group) {
      fold.apply(changed.change());
      services.apply(changed.change());
      addresses.apply(changed.change());
      selectorsChanged |= names.desired(changed.change());
      listener.changed(changed.change());
    }
    group.clear();
    place = new Place(mark.position(), mark.revision(), mark.hash());
    tellSelectors();
  }

  /** Not before the mirror is whole: what is missing would seem to matter to nobody. */
  private void tellSelectors() {
    if (selectorsChanged && isReady()) {
      selectorsChanged = false;
      namesListener.selectors(names.selectors());
    }
  }

  /** Whether there is a whole world to write. */
  public boolean isReady() {
    return caughtUp && place != Place.NONE && (namesCaughtUp || !namesWanted);
  }

  /** Nothing may be removed from the kernel before topic fqdns was read too. */
  public void awaitNames() {
    namesWanted = true;
  }

  /** Topic fqdns was read to its end. */
  public void namesCaughtUp() {
    namesCaughtUp = true;
  }

  /** Says who is told as the topic gives names to addresses and takes them away. */
  public void tellEnds(NameEnds ends) {
    names.tell(ends);
  }

  /** Names, their addresses and selectors. */
  public NodeNames names() {
    return names;
  }

  /** The last mark whose group is in the mirror. */
  public Place place() {
    return place;
  }

  /** This node's pods, gateways and routes. */
  public AddressBook addresses() {
    return addresses;
  }

  /** The rules of all subjects, and what cookies mean. */
  public NodeFold fold() {
    return fold;
  }

  /**
   * What to write. After a restart, a resync or a failed write it is the difference to what the
   * kernel is found to hold; else what changed since the last success.
   */
  public MapPlan plan(KernelMaps kernel) {
    fold.local(addresses.localIdentities());
    fold.capacity(kernel.capacity().policy());
    tellSelectors();
    if (!compare) {
      takeNames();
      return fold.plan();
    }
    List<KernelEntry> held = kernel.readBack();
    if (!inherited) {
      inherited = true;
      held.forEach(this::inherit);
    }
    takeNames();
    return MapPlan.diff(held, fold.wanted());
  }

  /** Learned addresses that a former process left; connections to them may be open. */
  private void inherit(KernelEntry entry) {
    if (entry instanceof KernelEntry.AddressEntry address
        && address.key().endpoint() == 0 // what is one pod's own is in the file of answers
        && address.key().prefix().isSingle()
        && FqdnRecord.isFqdn(address.identity())) {
      names.inherit(address.key().prefix().address(), address.identity());
    }
  }

  private void takeNames() {
    take(names.drain());
    withoutRoom = fold.withoutRoom();
    if (names.withoutRoom(withoutRoom.keySet())) {
      take(names.drain());
    }
  }

  /** Sets first: an identity must be in every policy before an address yields it. */
  private void take(NodeNames.Step step) {
    for (Change<FqdnRecord> change : step.sets()) {
      if (change.value() instanceof FqdnRecord.NumberedSet set) {
        fold.set(set.number(), set.set());
        listener.named(set.number(), set.set());
      } else {
        int number = Integer.parseInt(change.key().substring("set/".length()));
        fold.setGone(number);
        listener.unnamed(number);
      }
    }
    step.addresses().forEach(fold::learned);
    step.own().forEach((key, identity) -> fold.own(key.endpoint(), key.address(), identity));
    Set<IpAddress> changed = new HashSet<>(step.addresses().keySet());
    step.own().keySet().forEach(key -> changed.add(key.address()));
    if (!changed.isEmpty()) {
      namesListener.addresses(changed);
    }
  }

  /** The sets of names that were left out of the last plan, by number; a value. */
  public SortedMap<Integer, NoRoom> withoutRoom() {
    return withoutRoom;
  }

  /** What to write of Services; as {@link #plan}. */
  public LbPlan plan(KernelServices kernel) {
    return compareServices ? services.planFrom(kernel.readBack()) : services.plan();
  }

  /** The plan of policy and addresses is in the kernel and was read back. */
  public void policyRealised() {
    fold.realised();
    compare = false;
  }

  /** The plan of Services is in the kernel and was read back. */
  public void servicesRealised() {
    services.realised();
    compareServices = false;
  }

  /** Backends of UDP that went since the last call. */
  public Set<LbEntry.Target> takeGone() {
    return services.takeGone();
  }

  /** What load balancers are told of this node's backends, by the port at which they ask. */
  public SortedMap<Integer, LocalHealth> health() {
    return services.health();
  }

  /** All plans are in the kernel: the place is realised. */
  public void realised() {
    realised = place;
  }

  /** The last place that was realised, also while the mirror is being filled again. */
  public Place realisedPlace() {
    return realised;
  }

  /** What the kernel holds is not known any more. */
  public void distrust() {
    compare = true;
    compareServices = true;
  }

  /** Policies and addresses that the kernel should hold. */
  public Collection<KernelEntry> wanted() {
    return fold.wanted();
  }

  /**
   * Policies and addresses that were written: what was refused or waits is not among them. Empty
   * when what the kernel holds is not known and will be compared.
   */
  public Optional<List<KernelEntry>> held() {
    return compare ? Optional.empty() : Optional.of(fold.held());
  }

  /** As {@link #held}, of Services. */
  public Optional<List<LbEntry>> heldServices() {
    return compareServices ? Optional.empty() : Optional.of(services.held());
  }

  /** All rows of topic desired that are whole, and the mark behind them. */
  public List<Row<DesiredRecord>> rows() {
    List<Row<DesiredRecord>> rows = new ArrayList<>();
    fold.records()
        .forEach(
            record ->
                rows.add(
                    new Row.Changed<>(
                        place.position(), Change.upsert(record.getClass(), record.key(), record))));
    rows.add(new Row.Marked<>(place.position(), place.revision(), place.hash()));
    return rows;
  }

  /** The compiled policy of an identity. */
  public Optional<DesiredRecord.SubjectPolicy> subject(int identity) {
    return fold.subject(identity);
  }
}
