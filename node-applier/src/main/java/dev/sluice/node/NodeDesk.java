package dev.sluice.node;

import dev.sluice.core.node.KernelEntry;
import dev.sluice.core.node.KernelEntry.AddressEntry;
import dev.sluice.core.node.KernelEntry.PolicyEntry;
import dev.sluice.node.apply.Applier;
import dev.sluice.node.apply.ApplierThread;
import dev.sluice.node.control.ControlAnswer;
import dev.sluice.node.control.ControlHandler;
import dev.sluice.node.control.ControlRequest;
import dev.sluice.node.control.MonitorStream;
import dev.sluice.node.endpoint.EndpointView;
import dev.sluice.node.flow.MonitorHub;
import dev.sluice.node.kernel.NodeDataplane;
import dev.sluice.node.link.PodLink;
import dev.sluice.node.link.PodLinks;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Does what the clients of the node's socket ask for. */
final class NodeDesk implements ControlHandler {
  private final ApplierThread applier;
  private final PodLinks links;
  private final NodeDataplane dataplane;
  private final NodeReport report;
  private final MonitorHub monitor;
  private final Runnable leaving;

  /**
   * @param leaving told that a successor waits for the node; returns at once
   */
  NodeDesk(
      ApplierThread applier,
      PodLinks links,
      NodeDataplane dataplane,
      NodeReport report,
      MonitorHub monitor,
      Runnable leaving) {
    this.applier = applier;
    this.links = links;
    this.dataplane = dataplane;
    this.report = report;
    this.monitor = monitor;
    this.leaving = leaving;
  }

  @Override
  public ControlAnswer answer(ControlRequest request) throws Exception {
    return switch (request) {
      case ControlRequest.Add add -> add(add.link());
      case ControlRequest.Del del -> delete(del.namespace(), del.pod());
      case ControlRequest.Wait wait -> await(wait);
      case ControlRequest.Endpoints all ->
          new ControlAnswer.Endpoints(
              ask(Applier::view).endpoints().stream().map(NodeReport::endpointAnswer).toList());
      case ControlRequest.Status status -> report.answer();
      case ControlRequest.Leave leave -> {
        leaving.run();
        yield new ControlAnswer.Done();
      }
      case ControlRequest.Dump dump -> new ControlAnswer.Dump(dump(dump.map()));
      case ControlRequest.Monitor other -> throw new IllegalArgumentException("monitor streams");
    };
  }

  private ControlAnswer add(PodLink link) {
    links.add(
        link,
        (made, ifindex) ->
            ask(
                target -> {
                  target.attach(made, ifindex);
                  return true;
                }));
    long endpoint = ask(target -> target.endpoint(link.key())).map(EndpointView::id).orElse(0L);
    return new ControlAnswer.Added(endpoint, link.hostInterface());
  }

  private ControlAnswer delete(String namespace, String pod) {
    String key = namespace + "/" + pod;
    PodLink unknown = PodLink.of(namespace, pod, "", "", List.of(), "eth0");
    links.remove(ask(target -> target.detach(key)).orElse(unknown));
    return new ControlAnswer.Done();
  }

  private ControlAnswer await(ControlRequest.Wait wait) throws Exception {
    String key = wait.namespace() + "/" + wait.pod();
    CompletableFuture<EndpointView> ready = ask(target -> target.whenReady(key));
    try {
      EndpointView view = ready.get(wait.timeout().toMillis(), TimeUnit.MILLISECONDS);
      return new ControlAnswer.Realised(view.id(), view.identity(), view.realisedRevision());
    } catch (TimeoutException e) {
      ready.cancel(false);
      return new ControlAnswer.Failed(why(key));
    }
  }

  private String why(String key) {
    return ask(target -> target.endpoint(key))
        .map(view -> "endpoint of " + key + " is " + view.state().text() + ": " + view.message())
        .orElse("no link was made for " + key);
  }

  private List<?> dump(ControlRequest.DumpedMap map) {
    return switch (map) {
      case POLICY -> MapDump.policies(entries(PolicyEntry.class), ask(Applier::rules));
      case IPCACHE -> MapDump.addresses(entries(AddressEntry.class));
      case CT -> MapDump.connections(dataplane.connections());
      case LB -> ServiceDump.frontends(dataplane.services().readBack());
      case NAMES ->
          ask(
              target ->
                  target.known().map(known -> MapDump.names(known.names())).orElse(List.of()));
      case NAT -> MapDump.translations(dataplane.translation().all());
    };
  }

  private <E extends KernelEntry> List<E> entries(Class<E> type) {
    return dataplane.entries().stream().filter(type::isInstance).map(type::cast).toList();
  }

  private <T> T ask(java.util.function.Function<Applier, T> question) {
    try {
      return applier.ask(question).get();
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause
          ? cause
          : new IllegalStateException(e.getCause());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while the applier worked", e);
    }
  }

  @Override
  public MonitorStream monitor(Set<String> types) {
    return monitor.listen(types);
  }
}
