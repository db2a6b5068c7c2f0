package dev.sluice.bench.soak;

import dev.sluice.lab.LabHandle;
import dev.sluice.lab.LabState;
import dev.sluice.lab.drive.DrivenLab;
import java.io.Closeable;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** The lab that is soaked. */
final class SoakLab extends DrivenLab {
  private static final int START_TRIES = 5;

  private final List<Closeable> closing = new ArrayList<>();

  private SoakLab() {
    super("sluice-soak");
  }

  /** Starts a lab and waits until every pod runs. */
  static SoakLab up(int nodes, String manifests) {
    SoakLab lab = new SoakLab();
    try {
      lab.bringUp(nodes, manifests, List.of());
      return lab;
    } catch (RuntimeException e) {
      try {
        lab.close();
      } catch (IOException left) {
        e.addSuppressed(left);
      }
      throw e;
    }
  }

  LabHandle handle() {
    return LabHandle.open(data());
  }

  /** The processes that run now. */
  List<LabState.Component> processes() {
    return handle().state().components().stream().filter(c -> c.process() != null).toList();
  }

  /**
   * Starts a component again. On a machine that is busy with other things a start may take longer
   * than {@code lab start} waits, which is no fault of the lab's: it is asked several times.
   */
  void startAgain(String component) {
    String said = "";
    for (int i = 0; i < START_TRIES; i++) {
      Result result = sluice("lab", "start", component);
      if (result.status() == 0) {
        return;
      }
      said = result.text().strip();
    }
    throw new IllegalStateException(said);
  }

  /** Waits until a server in a pod answers its own node, which every policy lets in. */
  void awaitServer(String pod, int node, int port) {
    awaitConnects("node/" + node, addresses(pod).getFirst(), port);
  }

  /** Closes something with the lab, before it. */
  <T extends Closeable> T closing(T resource) {
    closing.add(resource);
    return resource;
  }

  @Override
  public void close() throws IOException {
    for (Closeable each : closing) {
      each.close();
    }
    super.close();
  }
}
