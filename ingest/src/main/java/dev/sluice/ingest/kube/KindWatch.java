package dev.sluice.ingest.kube;

import dev.sluice.ingest.port.ObjectSink;
import dev.sluice.ingest.port.SourceEvent;
import dev.sluice.ingest.port.SourceObject;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceList;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * List and watch of one kind. The client reconnects a watch by itself; when the server no longer
 * has the place it stood at (410 Gone), the kind is listed again. A kind that the server does not
 * know is an empty list, asked for again now and then.
 *
 * <p>Lists run on the given executor, watch events on the client's threads, one at a time.
 */
final class KindWatch implements Watcher<GenericKubernetesResource>, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(KindWatch.class);
  private static final long RETRY_MILLIS = 1000;
  private static final long UNKNOWN_KIND_MILLIS = 10_000;
  private static final int NOT_FOUND = 404;

  private final KubernetesClient client;
  private final WatchedKind kind;
  private final ResourceDefinitionContext context;
  private final ObjectSink sink;
  private final ScheduledExecutorService executor;
  private Watch watch;
  private boolean listed;
  private boolean closed;

  KindWatch(
      KubernetesClient client,
      WatchedKind kind,
      ObjectSink sink,
      ScheduledExecutorService executor) {
    this.client = client;
    this.kind = kind;
    this.context = kind.context();
    this.sink = sink;
    this.executor = executor;
  }

  /** Lists, tells the list, and watches from there. Never throws for the world's failures. */
  void list() {
    try {
      listAndFollow();
    } catch (KubernetesClientException e) {
      LOG.warn("cannot list {}: {}", kind.plural(), e.getMessage());
      again(RETRY_MILLIS);
    } catch (RuntimeException e) {
      giveUp(e);
    }
  }

  private void listAndFollow() {
    GenericKubernetesResourceList list;
    try {
      list = client.genericKubernetesResources(context).inAnyNamespace().list();
    } catch (KubernetesClientException e) {
      if (e.getCode() != NOT_FOUND) {
        throw e;
      }
      unknownKind();
      return;
    }
    String version = list.getMetadata().getResourceVersion();
    List<SourceObject> objects = new ArrayList<>();
    list.getItems().forEach(item -> objects.add(ApiObjects.object(kind, item)));
    tell(new SourceEvent.Relisted(kind.kind(), objects));
    follow(version);
  }

  /** Whoever waits for the list waits in vain: a bug is not mended by another try. */
  private synchronized void giveUp(RuntimeException bug) {
    sink.failed(bug);
    closed = true;
    notifyAll();
  }

  /** Whether this kind's first list has been told. */
  synchronized boolean listed() {
    return listed;
  }

  private void unknownKind() {
    if (!listed()) {
      LOG.info("the API server has no {}; their definition is looked for", kind.plural());
      tell(new SourceEvent.Relisted(kind.kind(), List.of()));
    }
    again(UNKNOWN_KIND_MILLIS);
  }

  private void tell(SourceEvent event) {
    sink.accept(List.of(event));
    synchronized (this) {
      listed = true;
      notifyAll();
    }
  }

  /** Waits until the first list has been told, or never will be. */
  synchronized void awaitListed() throws InterruptedException {
    while (!listed && !closed) {
      wait();
    }
  }

  private void follow(String version) {
    Watch next =
        client
            .genericKubernetesResources(context)
            .inAnyNamespace()
            .watch(
                new ListOptionsBuilder()
                    .withResourceVersion(version)
                    .withAllowWatchBookmarks(true)
                    .build(),
                this);
    synchronized (this) {
      if (closed) {
        next.close();
      } else {
        watch = next;
      }
    }
  }

  @Override
  public void eventReceived(Action action, GenericKubernetesResource resource) {
    try {
      switch (action) {
        case ADDED -> tell(new SourceEvent.Added(ApiObjects.object(kind, resource)));
        case MODIFIED -> tell(new SourceEvent.Modified(ApiObjects.object(kind, resource)));
        case DELETED -> tell(new SourceEvent.Deleted(ApiObjects.key(kind, resource)));
        case BOOKMARK ->
            tell(
                new SourceEvent.Bookmark(kind.kind(), resource.getMetadata().getResourceVersion()));
        case ERROR -> LOG.warn("watch of {}: {}", kind.plural(), resource);
      }
    } catch (RuntimeException e) {
      sink.failed(e);
    }
  }

  @Override
  public void onClose(WatcherException cause) {
    LOG.info(
        "watch of {} ended ({}), listing again",
        kind.plural(),
        cause.isHttpGone() ? "410 Gone" : cause.getMessage());
    again(cause.isHttpGone() ? 0 : RETRY_MILLIS);
  }

  private synchronized void again(long delayMillis) {
    if (closed) {
      return;
    }
    try {
      executor.schedule(this::list, delayMillis, TimeUnit.MILLISECONDS);
    } catch (RejectedExecutionException e) {
      LOG.debug("closing", e);
    }
  }

  @Override
  public synchronized void close() {
    closed = true;
    notifyAll();
    if (watch != null) {
      watch.close();
    }
  }
}
