package dev.sluice.ingest.kube;

import dev.sluice.core.log.ObjectKey;
import dev.sluice.schemas.Diagnostic;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.registry.RegistryException;
import dev.sluice.schemas.serde.TopicSerdes;
import dev.sluice.schemas.topic.ResyncNeededException;
import dev.sluice.schemas.topic.TopicReader;
import dev.sluice.schemas.topic.Topics;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceList;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.NonNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says on the policies of an API server what topic diagnostics says of them: conditions in {@code
 * status}. Only kinds whose status has conditions; an object about which nothing was ever told is
 * left alone. What cannot be written is tried again with the next look. A thread of its own.
 */
public final class StatusWriter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StatusWriter.class);
  private static final Duration POLL = Duration.ofSeconds(1);
  private static final Set<String> KINDS =
      Set.of("CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy", "ClusterNetworkPolicy");

  private final KubernetesClient client;
  private final Clock clock;
  private final ObjectStatus status = new ObjectStatus();
  private final TreeSet<ObjectKey> due = new TreeSet<>();
  private volatile boolean closing;
  private Thread thread;

  /**
   * @param client left open
   */
  StatusWriter(KubernetesClient client, Clock clock) {
    this.client = client;
    this.clock = clock;
  }

  /** Follows the topic until closed. */
  public static StatusWriter start(Settings settings, KubernetesClient client) {
    StatusWriter writer = new StatusWriter(client, Clock.systemUTC());
    writer.thread =
        Thread.ofPlatform().daemon().name("ingest-status").start(() -> writer.run(settings));
    return writer;
  }

  private void run(Settings settings) {
    while (!closing) {
      try (TopicSerdes serdes = TopicSerdes.connect(settings);
          TopicReader<Diagnostic> rows = TopicReader.open(settings, serdes, Topics.DIAGNOSTICS)) {
        rows.readToEnd(entry -> seen(entry.key(), entry.value()));
        while (!closing) {
          write();
          rows.poll(POLL, entry -> seen(entry.key(), entry.value()));
        }
      } catch (KafkaException
          | RegistryException
          | ResyncNeededException
          | IllegalStateException e) {
        LOG.warn("what is told of policies cannot be read, again soon: {}", e.getMessage());
        pause();
      }
    }
  }

  private void pause() {
    try {
      synchronized (this) {
        if (!closing) {
          wait(POLL.toMillis());
        }
      }
    } catch (InterruptedException e) {
      closing = true;
    }
  }

  /** Takes a row of the topic; null clears it. */
  void seen(String key, Diagnostic row) {
    ObjectKey object = status.seen(key, row);
    if (KINDS.contains(object.kind())) {
      due.add(object);
    }
  }

  /** Writes what is due; what fails stays due. */
  void write() {
    due.removeIf(this::written);
  }

  private boolean written(ObjectKey object) {
    try {
      Optional<WatchedKind> kind =
          WatchedKind.ALL.stream().filter(one -> one.kind().equals(object.kind())).findFirst();
      if (kind.isEmpty()) {
        return true;
      }
      NonNamespaceOperation<
              GenericKubernetesResource,
              GenericKubernetesResourceList,
              Resource<GenericKubernetesResource>>
          place = place(kind.get(), object);
      GenericKubernetesResource there = place.withName(object.name()).get();
      if (there != null) {
        List<Map<String, Object>> before = conditions(there);
        List<Map<String, Object>> now = status.conditions(object, before, clock.instant());
        if (!now.equals(before)) {
          Map<String, Object> whole = new TreeMap<>(status(there));
          whole.put("conditions", now);
          there.setAdditionalProperty("status", whole);
          place.resource(there).updateStatus();
        }
      }
      return true;
    } catch (KubernetesClientException e) {
      LOG.warn("the status of {} cannot be written, again soon: {}", object, e.getMessage());
      return false;
    }
  }

  private NonNamespaceOperation<
          GenericKubernetesResource,
          GenericKubernetesResourceList,
          Resource<GenericKubernetesResource>>
      place(WatchedKind kind, ObjectKey object) {
    var all = client.genericKubernetesResources(kind.context());
    return object.namespace().isEmpty() ? all : all.inNamespace(object.namespace());
  }

  @SuppressWarnings("unchecked")
  private static Map<String, Object> status(GenericKubernetesResource resource) {
    return resource.getAdditionalProperties().get("status") instanceof Map<?, ?> status
        ? (Map<String, Object>) status
        : Map.of();
  }

  @SuppressWarnings("unchecked")
  private static List<Map<String, Object>> conditions(GenericKubernetesResource resource) {
    List<Map<String, Object>> conditions = new ArrayList<>();
    if (status(resource).get("conditions") instanceof List<?> list) {
      list.forEach(one -> conditions.add(new TreeMap<>((Map<String, Object>) one)));
    }
    return conditions;
  }

  @Override
  public void close() {
    synchronized (this) {
      closing = true;
      notifyAll();
    }
    try {
      thread.join(POLL.multipliedBy(5).toMillis());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
