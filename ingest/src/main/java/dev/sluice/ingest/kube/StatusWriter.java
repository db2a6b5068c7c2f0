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
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says on the objects of an API server what topic diagnostics says of them: conditions in {@code
 * status} of the policies that have some, events about all others. An object about which nothing
 * was ever told is left alone. What cannot be written is tried again. A thread of its own.
 */
public final class StatusWriter implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StatusWriter.class);
  private static final Duration POLL = Duration.ofSeconds(1);
  private static final Duration AFTER_FAILURE = Duration.ofSeconds(10);

  /** Those whose status has conditions. */
  private static final Set<String> KINDS =
      Set.of("CiliumNetworkPolicy", "CiliumClusterwideNetworkPolicy", "ClusterNetworkPolicy");

  private final KubernetesClient client;
  private final Clock clock;
  private final ObjectStatus status = new ObjectStatus();
  private final TreeSet<ObjectKey> due = new TreeSet<>();
  private final EventWriter events;
  private Instant next = Instant.MIN;
  private volatile boolean closing;
  private Thread thread;

  /**
   * @param client left open
   */
  StatusWriter(KubernetesClient client, Clock clock) {
    this.client = client;
    this.clock = clock;
    this.events = new EventWriter(client);
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
    } else if (WatchedKind.of(object.kind()).isPresent()) {
      events.seen(key, row);
    }
  }

  /** Writes what is due; what fails stays due, and nothing is tried for a while. */
  void write() {
    Instant now = clock.instant();
    if (now.isBefore(next)) {
      return;
    }
    due.removeIf(object -> written(object.toString(), () -> write(object, now)));
    written("events", () -> events.write(now));
  }

  private boolean written(String what, Runnable write) {
    try {
      write.run();
      return true;
    } catch (KubernetesClientException e) {
      LOG.warn("what is told cannot be written ({}), again soon: {}", what, e.getMessage());
      next = clock.instant().plus(AFTER_FAILURE);
      return false;
    }
  }

  private void write(ObjectKey object, Instant now) {
    var place = WatchedKind.of(object.kind()).orElseThrow().place(client, object);
    GenericKubernetesResource there = place.withName(object.name()).get();
    if (there != null) {
      List<Map<String, Object>> before = conditions(there);
      List<Map<String, Object>> conditions = status.conditions(object, before, now);
      if (!conditions.equals(before)) {
        Map<String, Object> whole = new TreeMap<>(status(there));
        whole.put("conditions", conditions);
        there.setAdditionalProperty("status", whole);
        place.resource(there).updateStatus();
      }
    }
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
