package dev.sluice.node.apply;

import dev.sluice.core.desired.DesiredRecord;
import dev.sluice.core.dns.AddressLife;
import dev.sluice.core.dns.DnsEvent;
import dev.sluice.core.dns.FqdnRecord;
import dev.sluice.core.dns.NameEnds;
import dev.sluice.core.dns.NodeNames;
import dev.sluice.core.dns.OwnNames;
import dev.sluice.core.log.Change;
import dev.sluice.core.net.IpAddress;
import dev.sluice.core.node.KernelEntry;
import dev.sluice.core.node.MapPlan;
import dev.sluice.core.node.MapSizes;
import dev.sluice.core.node.RuleBook;
import dev.sluice.core.service.LbEntry;
import dev.sluice.core.service.LocalHealth;
import dev.sluice.node.endpoint.EndpointTable;
import dev.sluice.node.endpoint.EndpointView;
import dev.sluice.node.endpoint.KernelEndpoints;
import dev.sluice.node.link.NodeNetwork;
import dev.sluice.node.link.PodLink;
import dev.sluice.node.mirror.FoldListener;
import dev.sluice.node.mirror.KernelMaps;
import dev.sluice.node.mirror.KernelServices;
import dev.sluice.node.mirror.Mirror;
import dev.sluice.node.mirror.NamesListener;
import dev.sluice.node.mirror.Place;
import dev.sluice.node.mirror.RowFile;
import dev.sluice.schemas.convert.Row;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the kernel hold what the log desires for this node, in steps that either happen whole or
 * leave the last good state and say why. One step writes additions in dependency order, opens and
 * switches endpoints, then removes.
 *
 * <p>Stepped by hand with the time as an argument; no thread, no clock. For one thread.
 */
public final class Applier {
  private static final Logger LOG = LoggerFactory.getLogger(Applier.class);

  private final Mirror mirror;
  private final RowFile file;

  private final KernelMaps maps;
  private final ServiceStep services;
  private final KernelServices kernelServices;
  private final EndpointTable endpoints;
  private final NodeWiring wiring;
  private final Consumer<SortedMap<Integer, LocalHealth>> health;

  /** Subjects whose endpoints are marked as changing; more than one step's when one failed. */
  private final Set<Integer> unsettled = new HashSet<>();

  private final ReadyWaiters waiters;

  private NodeNetwork network = NodeNetwork.EMPTY;
  private MapSizes held = MapSizes.NONE;
  private String hash = "";
  private SortedMap<Integer, String> subjects = Collections.emptySortedMap();
  private volatile RuleBook rules = new RuleBook();
  private boolean due;
  private boolean namesDue;
  private boolean whole;
  private final Learning learning;
  private final Retry retry = new Retry();

  /**
   * @param listener told of every change once its group is whole: for those who explain flows
   */
  public Applier(
      String node,
      KernelMaps maps,
      KernelServices services,
      KernelEndpoints endpoints,
      NodeWiring wiring,
      FoldListener listener) {
    this(
        node,
        maps,
        services,
        endpoints,
        wiring,
        health -> {},
        listener,
        NamesListener.NONE,
        RowFile.NONE);
  }

  /**
   * @param health told after each step what load balancers are to be told
   * @param namesListener told what became of selectors and addresses of names
   * @param file keeps what was read for a successor
   */
  public Applier(
      String node,
      KernelMaps maps,
      KernelServices services,
      KernelEndpoints endpoints,
      NodeWiring wiring,
      Consumer<SortedMap<Integer, LocalHealth>> health,
      FoldListener listener,
      NamesListener namesListener,
      RowFile file) {
    this.file = file;
    this.mirror =
        new Mirror(node, services.tableSize(), services.direct(), listener, namesListener);
    this.learning = new Learning(mirror, maps);
    this.maps = maps;
    this.services = new ServiceStep(mirror, services);
    this.kernelServices = services;
    this.endpoints = new EndpointTable(endpoints);
    this.waiters = new ReadyWaiters(this.endpoints);
    this.wiring = wiring;
    this.health = health;
  }

  /**
   * Rows of topic desired, in order.
   *
   * @return false when the topic must be read from its beginning, after {@link #restart}
   */
  public boolean rows(List<Row<DesiredRecord>> rows) {
    file.desired(rows);
    if (!mirror.isReady()) {
      file.write();
    }
    Place before = mirror.place();
    boolean goesOn = mirror.take(rows);
    due |= !before.equals(mirror.place());
    return goesOn;
  }

  /** The end that the topic had when reading began has been handed in. */
  public void caughtUp() {
    mirror.caughtUp();
    due = true;
  }

  /** Topic fqdns will be read: before that, nothing is removed. */
  public void awaitNames() {
    mirror.awaitNames();
  }

  /** Rows of topic fqdns, in order. */
  public void names(List<Change<FqdnRecord>> changes) {
    file.names(changes);
    changes.forEach(mirror.names()::row);
    namesDue |= !changes.isEmpty();
  }

  /**
   * Topic fqdns was read to its end.
   *
   * @param keys all that it holds
   */
  public void namesCaughtUp(Set<String> keys) {
    mirror.names().retain(keys);
    mirror.namesCaughtUp();
    namesDue = true;
  }

  /**
   * What a pod was answered; completes when its addresses are usable in the kernel, fails with
   * {@link NoRoomException} when there is no room for one of them.
   */
  public CompletableFuture<Void> learn(DnsEvent.Answered answer) {
    namesDue = true;
    return learning.learn(answer, !retry.hasFailed());
  }

  /**
   * As {@link #learn}, by a resolver whose word counts for nobody else; completes when the
   * addresses are usable to that pod.
   */
  public CompletableFuture<Void> learnAlone(OwnNames.Own own, AddressLife life) {
    namesDue = true;
    return learning.learnAlone(own, life, !retry.hasFailed());
  }

  /** Says who is told as the topic gives names to addresses and takes them away. */
  public void tellEnds(NameEnds ends) {
    mirror.tellEnds(ends);
  }

  /**
   * Something becomes of names, of those of the topics: a step follows.
   *
   * @return what the change says
   */
  public <T> T withNames(Function<NodeNames, T> change) {
    namesDue = true;
    return change.apply(mirror.names());
  }

  /**
   * The addresses that the kernel has forgotten, and that connections are looked for once more;
   * none while a step fails.
   */
  public Set<IpAddress> left() {
    return retry.hasFailed() ? Set.of() : mirror.names().left();
  }

  /** What a former process was answered and no topic held then. */
  public void recall(List<DnsEvent.Answered> answers, List<OwnNames.Own> alone, AddressLife life) {
    learning.recall(answers, alone, life);
  }

  /** What a former process had read of the topics: until they were read again, it counts. */
  public void recall(Mirror before) {
    learning.recall(before);
  }

  /**
   * This node's view of names, addresses and rules, for the proxies: that of the topics, or until
   * they were read that of a former process. Empty when there is none: nothing may pass. On the
   * applier's thread.
   */
  public Optional<Mirror> known() {
    return learning.known();
  }

  /**
   * Time went on for what endpoints were answered alone.
   *
   * @param used the addresses that endpoints have connections to
   * @param usedUntilMillis how long these stay at least
   */
  public void passedAlone(long nowMillis, Map<Integer, Set<IpAddress>> used, long usedUntilMillis) {
    if (mirror.isReady()) {
      used.forEach((endpoint, all) -> mirror.names().usedAlone(endpoint, all, usedUntilMillis));
      mirror.names().passed(nowMillis, mirror.addresses().localEndpoints());
      namesDue = true;
    }
  }

  /** Records may have been missed: the topic comes again from its beginning. */
  public void restart(String why) {
    LOG.warn("reading topic desired again from its beginning: {}", why);
    mirror.reset();
    file.begin(mirror.names().numberedSets());
  }

  /** A pod's link is there and still down, or was left by a former process. */
  public void attach(PodLink link, int ifindex) {
    endpoints.attach(link, ifindex);
    due = true;
  }

  /** A pod's link goes. */
  public Optional<PodLink> detach(String key) {
    due = true;
    return endpoints.detached(key);
  }

  /** Compares the kernel's maps with what is desired at the next step, and repairs them. */
  public void audit() {
    mirror.distrust();
    due = true;
  }

  /**
   * Policies and addresses that the kernel should hold as they were written last, for whoever
   * compares on another thread; empty before that, and when the next step compares by itself.
   */
  Optional<List<KernelEntry>> held() {
    return mirror.held();
  }

  /** As {@link #held}, of Services. */
  Optional<List<LbEntry>> heldServices() {
    return mirror.heldServices();
  }

  /** The maps of Services; may be read from any thread. */
  KernelServices kernelServices() {
    return kernelServices;
  }

  /**
   * Realises what is due.
   *
   * @return whether something was tried
   */
  public boolean step(long nowNanos) {
    try {
      return tryStep(nowNanos);
    } finally {
      file.write(); // the kernel comes first
    }
  }

  private boolean tryStep(long nowNanos) {
    if (!(due || namesDue) || retry.isTooEarly(nowNanos)) {
      return false;
    }
    whole = due || retry.hasFailed();
    if (!mirror.isReady()) {
      boolean learned = namesDue && learning.byFormer();
      namesDue &= !learned;
      return learned;
    }
    try {
      if (due || !realiseNames()) {
        whole = true;
        realise();
      }
      due = false;
      namesDue = false;
      retry.succeeded();
      waiters.answer();
      learning.realised();
      keepRows();
    } catch (StepRefused e) {
      whole = true;
      later(e.getMessage(), nowNanos);
    } catch (RuntimeException e) {
      whole = true;
      LOG.warn("step at position {} failed", mirror.place().position(), e);
      mirror.distrust();
      later("step failed: " + e.getMessage(), nowNanos);
    }
    return true;
  }

  /**
   * Whether the last step was about more than addresses of names, of which there may be thousands a
   * second: places, endpoints and what failed may be others.
   */
  public boolean wasWhole() {
    return whole;
  }

  private void keepRows() {
    file.complete();
    if (file.isStale(mirror.fold().records().size())) {
      file.rewrite(mirror.rows(), mirror.names().numberedSets());
    }
  }

  /** When a failed step is tried again; empty when none waits. */
  public Optional<Long> retryAtNanos() {
    return retry.hasFailed() && (due || namesDue) ? Optional.of(retry.atNanos()) : Optional.empty();
  }

  private void later(String why, long nowNanos) {
    if (retry.failed(why, nowNanos)) {
      LOG.warn("keeping revision {}: {}", mirror.realisedPlace().revision(), why);
    }
  }

  /**
   * Only names changed: where that writes addresses alone, endpoints have no part in it.
   *
   * @return false when it needs a whole step; nothing was written
   */
  private boolean realiseNames() {
    MapPlan plan = mirror.plan(maps);
    if (!plan.subjects().isEmpty() || !plan.fitsInto(maps.capacity())) {
      return false;
    }
    MapWriter writer = new MapWriter(maps, plan);
    writer.put();
    writer.remove();
    mirror.policyRealised();
    held = plan.after();
    return true;
  }

  private void realise() {
    NodeNetwork wanted = mirror.addresses().network();
    if (!wanted.equals(network)) {
      wiring.change(network, wanted);
      network = wanted;
    }
    kernelServices.own(mirror.addresses().nodeAddresses());
    MapPlan plan = mirror.plan(maps);
    if (!plan.fitsInto(maps.capacity())) {
      throw new StepRefused(
          "step to revision %d needs %s entries, the maps hold %s: nothing was written"
              .formatted(mirror.place().revision(), plan.peak(), maps.capacity()));
    }
    write(plan);
    mirror.policyRealised();
    held = plan.after();
    hash = mirror.fold().hash();
    subjects = mirror.fold().subjects();
    rules = mirror.fold().rules();
    services.orThrow();
    health.accept(mirror.health());
    mirror.realised();
  }

  /**
   * Additions, then Services, endpoints and removals: an endpoint never has an identity without
   * policy, and a Service no backend that nobody knows.
   */
  private void write(MapPlan plan) {
    unsettled.addAll(plan.subjects());
    Set<Integer> subjects = Set.copyOf(unsettled);
    if (!subjects.isEmpty()) {
      endpoints.beginChange(subjects);
    }
    MapWriter writer = new MapWriter(maps, plan);
    writer.put();
    services.run();
    endpoints.realise(
        mirror.addresses()::pod,
        identity -> mirror.subject(identity).isPresent(),
        mirror.place().revision());
    writer.remove();
    if (!subjects.isEmpty()) {
      endpoints.endChange(subjects);
      unsettled.clear();
    }
  }

  /** The endpoint of a pod as soon as it is ready; at once when it is. */
  public CompletableFuture<EndpointView> whenReady(String key) {
    return waiters.add(key);
  }

  /** What is realised now. */
  public NodeView view() {
    return new NodeView(
        mirror.realisedPlace(),
        hash,
        subjects,
        endpoints.views(),
        held,
        maps.capacity(),
        services.held(),
        services.capacity(),
        retry.message());
  }

  /** The last mark that is in the kernel. */
  public Place place() {
    return mirror.realisedPlace();
  }

  /** One endpoint with a link. */
  public Optional<EndpointView> endpoint(String key) {
    return endpoints.view(key);
  }

  /** The identities of open endpoints, by the index of the node's end of their link. */
  public Map<Integer, Integer> links() {
    return endpoints.identities();
  }

  /** What cookies of verdicts mean; may be read from any thread. */
  public RuleBook rules() {
    return rules;
  }
}
