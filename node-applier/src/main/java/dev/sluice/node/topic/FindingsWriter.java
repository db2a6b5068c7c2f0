package dev.sluice.node.topic;

import dev.sluice.core.dns.NameFinding;
import dev.sluice.core.log.Change;
import dev.sluice.schemas.Diagnostic;
import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.convert.NameFindings;
import dev.sluice.schemas.serde.TopicSerdes;
import dev.sluice.schemas.topic.KafkaClients;
import dev.sluice.schemas.topic.TopicReader;
import dev.sluice.schemas.topic.Topics;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes topic diagnostics hold what this node finds, and nothing that a former process found. It
 * works on a thread of its own, waits for brokers there, and then writes what is in force.
 */
public final class FindingsWriter implements Consumer<List<Change<NameFinding>>>, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(FindingsWriter.class);

  private final String writer;
  private final Map<String, NameFinding> wanted = new HashMap<>();
  private final Semaphore changed = new Semaphore(1);
  private final Backoff backoff = new Backoff();
  private volatile Thread thread;

  public FindingsWriter(Settings settings) {
    this.writer = "node-applier@" + settings.required(Setting.NODE_NAME);
  }

  /** Takes changes; any thread, never waits, also before {@link #start}. */
  @Override
  public void accept(List<Change<NameFinding>> changes) {
    synchronized (wanted) {
      for (Change<NameFinding> change : changes) {
        String key = NameFindings.key(change.key(), writer);
        if (change.isRemoval()) {
          wanted.remove(key);
        } else {
          wanted.put(key, change.value());
        }
      }
    }
    changed.release();
  }

  /** Begins to write; the topic must exist, and its schemas have been registered. */
  public FindingsWriter start(Settings settings, TopicSerdes serdes) {
    thread = Thread.ofPlatform().daemon().name("findings").start(() -> run(settings, serdes));
    return this;
  }

  private void run(Settings settings, TopicSerdes serdes) {
    try {
      while (true) {
        write(settings, serdes);
      }
    } catch (InterruptedException | org.apache.kafka.common.errors.InterruptException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void write(Settings settings, TopicSerdes serdes) throws InterruptedException {
    try (KafkaProducer<String, Diagnostic> producer =
        KafkaClients.newProducer(settings, "node-findings", serdes, Topics.DIAGNOSTICS)) {
      String topic = Topics.DIAGNOSTICS.name(settings);
      Map<String, NameFinding> written = read(settings, serdes);
      while (true) {
        changed.acquire();
        changed.drainPermits();
        Map<String, NameFinding> now;
        synchronized (wanted) {
          now = Map.copyOf(wanted);
        }
        Set<String> keys = new HashSet<>(written.keySet());
        keys.addAll(now.keySet());
        for (String key : keys) {
          NameFinding finding = now.get(key);
          if (!Objects.equals(finding, written.get(key))) {
            Diagnostic row = finding == null ? null : NameFindings.toAvro(finding, writer);
            producer.send(new ProducerRecord<>(topic, key, row)).get();
          }
        }
        written = now;
        backoff.succeeded();
      }
    } catch (org.apache.kafka.common.errors.InterruptException e) {
      throw e;
    } catch (KafkaException | IllegalStateException | ExecutionException e) {
      LOG.warn("findings cannot be written: {}", e.getMessage());
      changed.release();
      backoff.pause();
    }
  }

  private Map<String, NameFinding> read(Settings settings, TopicSerdes serdes) {
    Map<String, NameFinding> held = new HashMap<>();
    try (TopicReader<Diagnostic> reader = TopicReader.open(settings, serdes, Topics.DIAGNOSTICS)) {
      reader.readToEnd(
          entry -> {
            held.remove(entry.key());
            if (entry.value() != null && entry.value().getWriter().equals(writer)) {
              held.put(entry.key(), NameFindings.fromAvro(entry.value()));
            }
          });
    }
    return held;
  }

  @Override
  public void close() throws InterruptedException {
    Thread running = thread;
    if (running != null) {
      running.interrupt();
      running.join(Duration.ofSeconds(5));
    }
  }
}
