package dev.sluice.node;

import dev.sluice.node.flow.FlowWriter;
import dev.sluice.node.topic.AnswersWriter;
import dev.sluice.node.topic.DesiredFollower;
import dev.sluice.node.topic.FqdnsFollower;
import dev.sluice.node.topic.StatusWriter;
import dev.sluice.node.topic.TopicConnection;
import dev.sluice.schemas.config.LastChange;
import dev.sluice.schemas.config.OldGeneration;
import dev.sluice.schemas.config.ProcessLife;
import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.serde.TopicSerdes;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;

/**
 * The process of one node: mirrors topic desired into the kernel, makes pods' links, reports what
 * it realised, and tells what passed and what was dropped.
 *
 * <pre>
 *   desired ──► DesiredFollower ──► ApplierThread ──► kernel maps, endpoints
 *   socket  ──► ControlServer ──► NodeDesk ──► PodLinks ─┘    │
 *   ring buffer ──► FlowReader ──► FlowWriter ──► flows       └─► StatusWriter ──► node.status
 * </pre>
 *
 * <p>It is ready when its socket answers; brokers and registry may come later.
 */
public final class NodeApplierMain {
  private NodeApplierMain() {}

  public static void main(String[] arguments) {
    ProcessLife.run("node-applier", arguments, NodeApplierMain::start);
  }

  private static void start(Settings settings, ProcessLife life) {
    AtomicReference<StatusWriter> status = new AtomicReference<>();
    AtomicReference<FlowWriter> flows = new AtomicReference<>();
    AtomicBoolean leaving = new AtomicBoolean();
    LastChange change = new LastChange();
    Consumer<Throwable> broken =
        why -> {
          if (!leaving.get()) {
            life.fail(why);
          }
        };
    NodeCore node =
        life.closing(
            NodeCore.open(
                settings,
                new NodeCore.World() {
                  @Override
                  public void stepped() {
                    StatusWriter writer = status.get();
                    if (writer != null) {
                      writer.wake();
                    }
                  }

                  @Override
                  public long lostUser() {
                    FlowWriter writer = flows.get();
                    return writer == null ? 0 : writer.lost();
                  }

                  @Override
                  public void broken(Throwable why) {
                    broken.accept(why);
                  }

                  @Override
                  public void notClosed(RuntimeException why) {
                    life.fail(why);
                  }

                  @Override
                  public void leaving() {
                    leaving.set(true);
                  }

                  @Override
                  public void left() {
                    life.stop();
                  }
                }));
    TopicSerdes serdes = life.closing(TopicSerdes.connect(settings));
    Runnable connected =
        () -> {
          flows.set(life.closing(FlowWriter.open(settings, serdes)));
          node.flows().writeTo(flows.get());
          Duration interval = settings.duration(Setting.NODE_STATUS_INTERVAL);
          status.set(
              life.closing(
                  new StatusWriter(settings, serdes, interval, node.report()::status).start()));
          AnswersWriter answers = life.closing(AnswersWriter.open(settings, serdes));
          node.dns().publishTo(answers, answers::lost);
          life.closing(node.dns().findings(serdes));
          node.applier()
              .ask(
                  target -> {
                    target.awaitNames();
                    return true;
                  });
          life.closing(new FqdnsFollower(settings, serdes, node.applier(), broken).start());
          life.closing(
              new DesiredFollower(settings, serdes, node.applier(), change::now, broken).start());
        };
    life.closing(new TopicConnection(settings, serdes, connected, life::fail).start());
    life.closing(OldGeneration.watch(change));
  }
}
