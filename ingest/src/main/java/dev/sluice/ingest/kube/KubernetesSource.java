package dev.sluice.ingest.kube;

import dev.sluice.ingest.port.ObjectSink;
import dev.sluice.ingest.port.ObjectSource;
import dev.sluice.ingest.port.Past;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;

/** Objects from a Kubernetes API server: a list and a watch of each kind. */
public final class KubernetesSource implements ObjectSource {
  private final KubernetesClient client;
  private final ScheduledExecutorService executor =
      Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "ingest-kubernetes"));
  private final List<KindWatch> watches = new ArrayList<>();

  /**
   * @param client closed with this
   */
  public KubernetesSource(KubernetesClient client) {
    this.client = client;
  }

  /** Of the cluster that kubeconfig, or the pod's service account, names. */
  public static KubernetesSource connect() {
    return new KubernetesSource(new KubernetesClientBuilder().build());
  }

  @Override
  public void start(Past past, ObjectSink sink) {
    for (WatchedKind kind : WatchedKind.ALL) {
      KindWatch watch = new KindWatch(client, kind, sink, executor);
      watches.add(watch);
      executor.execute(watch::list);
    }
    try {
      for (KindWatch watch : watches) {
        watch.awaitListed();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // the caller is being stopped
    }
  }

  @Override
  public void close() {
    watches.forEach(KindWatch::close);
    executor.shutdownNow();
    client.close();
  }
}
