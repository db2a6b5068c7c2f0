package dev.sluice.node.topic;

import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.registry.RegistryException;
import dev.sluice.schemas.serde.TopicSerdes;
import dev.sluice.schemas.topic.KafkaClients;
import dev.sluice.schemas.topic.Topic;
import dev.sluice.schemas.topic.TopicCatalogue;
import dev.sluice.schemas.topic.TopicDriftException;
import dev.sluice.schemas.topic.Topics;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for brokers and registry on a thread of its own, makes sure of the topics and schemas, and
 * then lets those begin who need them. Until then the node does without: the kernel keeps what it
 * has, and pods' links are made, closed.
 */
public final class TopicConnection implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TopicConnection.class);
  private static final List<Topic<?>> TOPICS =
      List.of(
          Topics.DNS_ANSWERS,
          Topics.FQDNS,
          Topics.DESIRED,
          Topics.DIAGNOSTICS,
          Topics.NODE_STATUS,
          Topics.FLOWS);

  private final Settings settings;
  private final TopicSerdes serdes;
  private final Runnable connected;
  private final Consumer<Throwable> broken;
  private final Thread thread;
  private volatile boolean closing;

  /**
   * @param connected called once, when topics and schemas are there
   * @param broken told when a topic is not as the catalogue wants it: the process ends
   */
  public TopicConnection(
      Settings settings, TopicSerdes serdes, Runnable connected, Consumer<Throwable> broken) {
    this.settings = settings;
    this.serdes = serdes;
    this.connected = connected;
    this.broken = broken;
    this.thread = Thread.ofPlatform().daemon().name("connect").unstarted(this::run);
  }

  public TopicConnection start() {
    thread.start();
    return this;
  }

  private void run() {
    Backoff backoff = new Backoff();
    try {
      while (!closing) {
        if (connect()) {
          connected.run();
          return;
        }
        backoff.pause();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (TopicDriftException e) {
      broken.accept(e);
    } catch (RuntimeException e) {
      if (!closing) {
        broken.accept(e);
      }
    }
  }

  private boolean connect() {
    try (Admin admin = KafkaClients.newAdmin(settings, "node-applier")) {
      TopicCatalogue.ensure(admin, settings, TOPICS);
      serdes.register(TOPICS);
      return true;
    } catch (TopicDriftException e) {
      throw e;
    } catch (KafkaException e) {
      LOG.warn("waiting for brokers: {}", e.getMessage());
    } catch (RegistryException e) {
      if (!e.unavailable()) {
        throw e;
      }
      LOG.warn("waiting for the registry: {}", e.getMessage());
    }
    return false;
  }

  @Override
  public void close() throws InterruptedException {
    closing = true;
    thread.interrupt();
    thread.join(Duration.ofSeconds(5));
  }
}
