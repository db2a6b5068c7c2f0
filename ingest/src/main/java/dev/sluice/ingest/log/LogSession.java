package dev.sluice.ingest.log;

import dev.sluice.ingest.port.ObjectSink;
import dev.sluice.ingest.port.Past;
import dev.sluice.ingest.port.Problem;
import dev.sluice.ingest.port.SourceEvent;
import dev.sluice.schemas.Diagnostic;
import dev.sluice.schemas.K8sObject;
import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.serde.TopicSerdes;
import dev.sluice.schemas.topic.KafkaClients;
import dev.sluice.schemas.topic.TopicCatalogue;
import dev.sluice.schemas.topic.TopicReader;
import dev.sluice.schemas.topic.Topics;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One writer's hold of k8s.objects, from its claim until it fails, is fenced or is closed. Records
 * are written in the order of the events, each once, all acknowledged by the brokers; while the
 * brokers are away they wait, and so do the callers when too many wait.
 *
 * <p>{@link #accept} may be called from any thread.
 */
public final class LogSession implements ObjectSink, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(LogSession.class);
  private static final Duration LONGEST_REFRESH_INTERVAL = Duration.ofHours(1);

  private final Settings settings;
  private final LongSupplier clock;
  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private final CompletableFuture<Void> end = new CompletableFuture<>();
  private final KafkaProducer<String, K8sObject> objects;
  private final KafkaProducer<String, Diagnostic> diagnostics;
  private final DiagnosticTable table = new DiagnosticTable();
  private final LogImage image;
  private final LogPlan plan;
  private List<Problem> sourceProblems = List.of();

  /** What diagnostics says; null until the source has said it once, so that old rows go. */
  private List<Problem> told;

  private LogSession(Settings settings, LongSupplier clock) {
    this.settings = settings;
    this.clock = clock;
    try {
      try (Admin admin = KafkaClients.newAdmin(settings, "ingest-admin")) {
        TopicCatalogue.ensure(
            admin, settings, List.of(Topics.K8S_OBJECTS, Topics.DIAGNOSTICS, Topics.REVISIONS));
      }
      TopicSerdes serdes = opened(TopicSerdes.connect(settings));
      serdes.register(Topics.K8S_OBJECTS, Topics.DIAGNOSTICS);
      objects =
          opened(
              new KafkaProducer<>(
                  patient("ingest-objects"),
                  serdes.keys(Topics.K8S_OBJECTS).serializer(),
                  serdes.values(Topics.K8S_OBJECTS).serializer()));
      diagnostics =
          opened(
              new KafkaProducer<>(
                  patient("ingest-diagnostics"),
                  serdes.keys(Topics.DIAGNOSTICS).serializer(),
                  serdes.values(Topics.DIAGNOSTICS).serializer()));
      TopicReader<K8sObject> reader =
          opened(TopicReader.openForLooks(settings, serdes, Topics.K8S_OBJECTS));
      image =
          LogTakeover.claim(
              reader, objects, settings, serdes, "ingest-" + UUID.randomUUID(), clock);
      plan = new LogPlan(image);
      try (TopicReader<Diagnostic> rows = TopicReader.open(settings, serdes, Topics.DIAGNOSTICS)) {
        rows.readToEnd(entry -> table.seen(entry.key(), entry.value()));
      }
      opened(new EpochWatch(reader, image.epoch(), this::failed)).start();
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /**
   * Takes the log over. Blocks until the brokers and the registry have answered.
   *
   * @param clock ms since 1970
   */
  public static LogSession open(Settings settings, LongSupplier clock) {
    return new LogSession(settings, clock);
  }

  /** What the log held when this session took it over; ask before the first event. */
  public synchronized Past past() {
    return image.past();
  }

  /** This writer's epoch. */
  public synchronized long epoch() {
    return image.epoch();
  }

  @Override
  public synchronized void accept(List<SourceEvent> events) {
    List<K8sObject> all = new ArrayList<>();
    for (SourceEvent event : events) {
      if (event instanceof SourceEvent.Diagnosed diagnosed) {
        sourceProblems = diagnosed.problems();
      }
      all.addAll(plan.records(event, clock.getAsLong()));
      List<Problem> problems = new ArrayList<>(sourceProblems);
      problems.addAll(plan.problems());
      if (!problems.equals(told)) {
        diagnose(problems);
        told = problems;
      }
    }
    // At once, so that an object and the bookmark behind it go in one request.
    all.forEach(this::write);
  }

  @Override
  public void failed(Throwable cause) {
    end.completeExceptionally(cause);
  }

  /** Returns when everything accepted so far is in the log, or the session has failed. */
  public void flush() {
    objects.flush();
  }

  /**
   * Waits for the end of the session, and keeps the log's window ahead of what is in it.
   *
   * @throws FencedException when another writer has taken over
   * @throws RuntimeException why it failed
   */
  public void await() throws InterruptedException {
    Duration interval = refreshInterval(settings.duration(Setting.HISTORY_WINDOW));
    while (true) {
      refresh();
      try {
        end.get(interval.toMillis(), TimeUnit.MILLISECONDS);
        return;
      } catch (TimeoutException e) {
        LOG.debug("looking for records that the window will pass");
      } catch (ExecutionException e) {
        if (e.getCause() instanceof RuntimeException cause) {
          throw cause;
        }
        throw new IllegalStateException(e.getCause());
      }
    }
  }

  /** What is older than half of the window is said again, and must not pass it until the next. */
  static Duration refreshInterval(Duration window) {
    Duration quarter = window.dividedBy(4);
    return quarter.compareTo(LONGEST_REFRESH_INTERVAL) < 0 ? quarter : LONGEST_REFRESH_INTERVAL;
  }

  private synchronized void refresh() {
    Duration half = settings.duration(Setting.HISTORY_WINDOW).dividedBy(2);
    plan.refresh(half, clock.getAsLong()).forEach(this::write);
  }

  private void write(K8sObject record) {
    if (end.isDone()) {
      return; // nothing may follow a record that was lost
    }
    objects.send(
        new ProducerRecord<>(Topics.K8S_OBJECTS.name(settings), LogTakeover.key(record), record),
        (metadata, failure) -> {
          if (failure != null) {
            failed(failure);
          }
        });
  }

  /** Whoever finds a file's bookmark in the log finds its problems in diagnostics. */
  private void diagnose(List<Problem> problems) {
    Map<String, Diagnostic> difference = table.difference(problems, clock.getAsLong());
    difference.forEach(
        (key, row) -> {
          if (row != null) {
            LOG.warn(
                "{} {}/{}/{} {}:{}: {}",
                row.getSeverity(),
                row.getKind(),
                row.getNamespace(),
                row.getName(),
                row.getFile(),
                row.getLine(),
                row.getMessage());
          }
          diagnostics.send(
              new ProducerRecord<>(Topics.DIAGNOSTICS.name(settings), key, row),
              (metadata, failure) -> {
                if (failure != null) {
                  failed(failure);
                }
              });
        });
    if (!difference.isEmpty()) {
      diagnostics.flush();
    }
  }

  private Map<String, Object> patient(String clientId) {
    Map<String, Object> properties = KafkaClients.producer(settings, clientId);
    properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, Long.MAX_VALUE);
    return properties;
  }

  private <T extends AutoCloseable> T opened(T resource) {
    open.push(resource);
    return resource;
  }

  /** Writes what was accepted if the brokers take it within moments, then lets go. */
  @Override
  public void close() {
    end.complete(null);
    while (!open.isEmpty()) {
      AutoCloseable resource = open.pop();
      try {
        if (resource instanceof KafkaProducer<?, ?> producer) {
          producer.close(Duration.ofSeconds(5));
        } else {
          resource.close();
        }
      } catch (Exception e) {
        LOG.warn("closing {} failed", resource, e);
      }
    }
  }
}
