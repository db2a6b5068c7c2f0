package dev.sluice.foldruntime;

import dev.sluice.schemas.config.ProcessLife;
import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.serde.TopicSerdes;
import dev.sluice.schemas.topic.UnreadableRecordException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.apache.kafka.streams.CloseOptions;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.Topology;
import org.apache.kafka.streams.errors.StreamsUncaughtExceptionHandler.StreamThreadExceptionResponse;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs a stream until it is closed. When the world fails, the client is closed and made anew after
 * a while; when a record cannot be folded, the process is told to stop. At a graceful end the last
 * image is saved, if everything before it is known to be written.
 *
 * <p>Thread-safe.
 */
public final class StreamRunner implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(StreamRunner.class);
  private static final Duration CLOSE_PATIENCE = Duration.ofSeconds(15);

  /** What the supervising thread reacts to. */
  private sealed interface Event {
    record Failed(KafkaStreams streams, Throwable cause) implements Event {}

    record Closed() implements Event {}
  }

  private final String name;
  private final Settings settings;
  private final Function<FoldHost, Topology> topologies;
  private final Runnable onChange;
  private final Consumer<Throwable> onBug;
  private final TopicPages pages;
  private final KafkaSnapshotShelf shelf;
  private final LinkedBlockingQueue<Event> events = new LinkedBlockingQueue<>();
  private final CountDownLatch ready = new CountDownLatch(1);
  private final Backoff backoff = new Backoff();
  private final Thread supervisor;
  private volatile boolean stopping;
  private volatile Optional<SnapshotShelf.Image> lastImage = Optional.empty();

  private StreamRunner(
      String name,
      Settings settings,
      TopicSerdes serdes,
      Function<FoldHost, Topology> topologies,
      Runnable onChange,
      Consumer<Throwable> onBug) {
    this.name = name;
    this.settings = settings;
    this.topologies = topologies;
    this.onChange = onChange;
    this.onBug = onBug;
    this.pages = new KafkaTopicPages(settings, serdes);
    this.shelf = new KafkaSnapshotShelf(settings, serdes, pages, name);
    this.supervisor = Thread.ofPlatform().name(name + "-supervisor").unstarted(this::supervise);
  }

  /**
   * Starts a stream.
   *
   * @param onChange told of every row that follows from a change
   * @param onBug told when trying again cannot help; {@link ProcessLife#fail} in a process
   */
  public static StreamRunner start(
      String name,
      Settings settings,
      TopicSerdes serdes,
      Function<FoldHost, Topology> topologies,
      Runnable onChange,
      Consumer<Throwable> onBug) {
    StreamRunner runner = new StreamRunner(name, settings, serdes, topologies, onChange, onBug);
    runner.supervisor.start();
    return runner;
  }

  /**
   * Waits until the outputs are in line with the log, or until it is clear that another instance
   * does the work and this one stands by; returns early when the stream is closed.
   */
  public void awaitReady() throws InterruptedException {
    ready.await();
  }

  private void supervise() {
    try {
      while (!stopping) {
        KafkaStreams streams = launch();
        Event event = events.take();
        close(streams);
        if (event instanceof Event.Failed failed) {
          Optional<Throwable> bug = bug(failed.cause());
          if (bug.isPresent()) {
            onBug.accept(bug.get());
            break;
          }
          Duration wait = backoff.next();
          LOG.warn("{} starts again in {} ms", name, wait.toMillis(), failed.cause());
          if (events.poll(wait.toMillis(), TimeUnit.MILLISECONDS) instanceof Event.Closed) {
            break;
          }
        }
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException e) {
      onBug.accept(e);
    } finally {
      ready.countDown();
    }
  }

  private KafkaStreams launch() {
    KafkaStreams streams =
        new KafkaStreams(topologies.apply(new Host()), StreamProperties.of(settings, name));
    streams.setUncaughtExceptionHandler(
        cause -> {
          events.add(new Event.Failed(streams, cause));
          return StreamThreadExceptionResponse.SHUTDOWN_CLIENT;
        });
    streams.setStateListener(
        (state, before) -> {
          if (state == KafkaStreams.State.RUNNING) {
            standBy(streams);
          }
        });
    streams.start();
    return streams;
  }

  /** An instance without work is ready: it waits for the other one to go away. */
  private void standBy(KafkaStreams streams) {
    boolean idle =
        streams.metadataForLocalThreads().stream().allMatch(t -> t.activeTasks().isEmpty());
    if (idle) {
      LOG.info("{} stands by: another instance does the work", name);
      ready.countDown();
    }
  }

  /** What to tell of a failure that trying again cannot help; empty when it can. */
  private static Optional<Throwable> bug(Throwable failure) {
    for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
      if (cause instanceof FoldStoppedException || cause instanceof UnreadableRecordException) {
        return Optional.of(cause);
      }
    }
    return Optional.empty();
  }

  private static void close(KafkaStreams streams) {
    streams.close(
        CloseOptions.timeout(CLOSE_PATIENCE)
            .withGroupMembershipOperation(CloseOptions.GroupMembershipOperation.LEAVE_GROUP));
  }

  @Override
  public void close() throws InterruptedException {
    stopping = true;
    events.add(new Event.Closed());
    supervisor.join();
    lastImage.ifPresent(shelf::save);
    shelf.close();
  }

  private final class Host implements FoldHost {
    @Override
    public TopicPages pages() {
      return pages;
    }

    @Override
    public SnapshotShelf shelf() {
      return shelf;
    }

    @Override
    public Duration snapshotInterval() {
      return settings.duration(Setting.SNAPSHOT_INTERVAL);
    }

    @Override
    public void ready() {
      backoff.reset();
      ready.countDown();
    }

    @Override
    public void changed() {
      onChange.run();
    }

    @Override
    public void closed(Supplier<Optional<SnapshotShelf.Image>> last) {
      if (stopping) {
        lastImage = last.get();
      }
    }
  }
}
