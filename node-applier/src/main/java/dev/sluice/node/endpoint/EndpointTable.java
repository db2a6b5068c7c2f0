package dev.sluice.node.endpoint;

import dev.sluice.node.link.PodLink;
import dev.sluice.node.mirror.LocalPod;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.IntPredicate;

/**
 * The links of this node's pods, matched with what the log says of the pods. Decides when an
 * endpoint opens and closes. For the applier's thread.
 */
public final class EndpointTable {
  private final KernelEndpoints kernel;
  private final Map<String, Attachment> attachments = new LinkedHashMap<>();

  public EndpointTable(KernelEndpoints kernel) {
    this.kernel = kernel;
  }

  /**
   * A link is there, down or left by a former process: puts the programs on it. A link known under
   * the same index keeps its state.
   */
  public void attach(PodLink link, int ifindex) {
    KernelEndpoints.Held held = kernel.attach(link, ifindex);
    Attachment known = attachments.get(link.key());
    if (known == null || known.ifindex != ifindex || !known.link.equals(link)) {
      attachments.put(link.key(), new Attachment(link, ifindex, held));
    }
  }

  /** A pod's link goes. */
  public Optional<PodLink> detached(String key) {
    Attachment gone = attachments.remove(key);
    if (gone == null) {
      return Optional.empty();
    }
    kernel.detach(gone.link, gone.ifindex);
    return Optional.of(gone.link);
  }

  /** Marks the endpoints of these identities before their policy entries are written. */
  public void beginChange(Set<Integer> identities) {
    kernel.beginChange(identities);
  }

  /** Ends what connections remember of these identities' policy. */
  public void endChange(Set<Integer> identities) {
    kernel.endChange(identities);
  }

  /**
   * Opens, switches and closes endpoints after the maps have been written and before anything is
   * removed from them.
   *
   * @param pods what the log says of a pod, by {@code namespace/pod}
   * @param hasPolicy whether an identity's policy is in the kernel
   */
  public void realise(
      Function<String, Optional<LocalPod>> pods, IntPredicate hasPolicy, long revision) {
    for (Attachment attachment : attachments.values()) {
      Optional<LocalPod> pod = pods.apply(attachment.link.key());
      if (pod.isEmpty()) {
        close(attachment, EndpointState.WAITING_FOR_IDENTITY, "the log does not know this pod yet");
      } else {
        realise(attachment, pod.get(), hasPolicy, revision);
      }
    }
  }

  private void realise(Attachment attachment, LocalPod pod, IntPredicate hasPolicy, long revision) {
    if (!Set.copyOf(pod.ips()).equals(Set.copyOf(attachment.link.ips()))) {
      close(
          attachment,
          EndpointState.NOT_READY,
          "its link has %s, the log says %s".formatted(attachment.link.ips(), pod.ips()));
      return;
    }
    if (!hasPolicy.test(pod.identity())) {
      close(
          attachment,
          EndpointState.REGENERATING,
          "identity %d has no compiled policy yet".formatted(pod.identity()));
      return;
    }
    if (attachment.endpoint != pod.endpoint() || attachment.identity != pod.identity()) {
      kernel.open(attachment.link, attachment.ifindex, pod.endpoint(), pod.identity());
      attachment.endpoint = pod.endpoint();
      attachment.identity = pod.identity();
    }
    attachment.state = EndpointState.READY;
    attachment.message = "";
    attachment.realisedRevision = revision;
  }

  private void close(Attachment attachment, EndpointState state, String why) {
    if (attachment.isOpen()) {
      kernel.close(attachment.link, attachment.ifindex);
    }
    attachment.identity = 0;
    attachment.endpoint = 0;
    attachment.realisedRevision = 0;
    attachment.state = state;
    attachment.message = why;
  }

  /** The endpoint of a pod with a link. */
  public Optional<EndpointView> view(String key) {
    return Optional.ofNullable(attachments.get(key)).map(EndpointTable::view);
  }

  /** Every endpoint with a link. */
  public List<EndpointView> views() {
    List<EndpointView> views = new ArrayList<>(attachments.size());
    attachments.values().forEach(attachment -> views.add(view(attachment)));
    return views;
  }

  /** The identities of open endpoints, by the index of the node's end of their link. */
  public Map<Integer, Integer> identities() {
    Map<Integer, Integer> identities = new HashMap<>();
    attachments.values().stream()
        .filter(Attachment::isOpen)
        .forEach(attachment -> identities.put(attachment.ifindex, attachment.identity));
    return identities;
  }

  /** How many links there are. */
  public int size() {
    return attachments.size();
  }

  private static EndpointView view(Attachment attachment) {
    PodLink link = attachment.link;
    return new EndpointView(
        attachment.endpoint,
        link.namespace(),
        link.pod(),
        attachment.identity,
        attachment.state,
        attachment.realisedRevision,
        link.ips(),
        link.hostInterface(),
        attachment.message);
  }
}
