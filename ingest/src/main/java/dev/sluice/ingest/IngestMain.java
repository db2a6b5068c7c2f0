package dev.sluice.ingest;

import dev.sluice.ingest.folder.FolderSource;
import dev.sluice.ingest.kube.KubernetesSource;
import dev.sluice.ingest.kube.StatusWriter;
import dev.sluice.ingest.port.ObjectSource;
import dev.sluice.schemas.config.ProcessLife;
import dev.sluice.schemas.config.Setting;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.config.SettingsException;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.function.Supplier;

/** The process: chooses the source by {@code ingest.source} and runs it against the log. */
public final class IngestMain {
  private static final String FOLDER = "folder:";
  private static final String KUBERNETES = "kubernetes";

  private IngestMain() {}

  public static void main(String[] arguments) {
    ProcessLife.run("ingest", arguments, IngestMain::start);
  }

  private static void start(Settings settings, ProcessLife life) throws InterruptedException {
    ConfiguredSettings.object(settings); // a mistake there ends the process before it holds the log
    IngestLoop loop =
        life.closing(
            new IngestLoop(settings, source(settings), System::currentTimeMillis, life::fail));
    loop.start();
    if (settings.required(Setting.INGEST_SOURCE).equals(KUBERNETES)) {
      KubernetesClient client = life.closing(new KubernetesClientBuilder().build());
      life.closing(StatusWriter.start(settings, client));
    }
    loop.awaitReady();
  }

  /**
   * @throws SettingsException when the setting names no source
   */
  static Supplier<ObjectSource> source(Settings settings) {
    String text = settings.required(Setting.INGEST_SOURCE);
    if (text.equals(KUBERNETES)) {
      return KubernetesSource::connect;
    }
    if (!text.startsWith(FOLDER) || text.length() == FOLDER.length()) {
      throw new SettingsException(
          "setting %s is '%s': expected folder:PATH or kubernetes"
              .formatted(Setting.INGEST_SOURCE.key(), text));
    }
    Path folder = Path.of(text.substring(FOLDER.length()));
    if (!Files.isDirectory(folder)) {
      throw new SettingsException(
          "there is no folder %s: make it, or mend setting %s"
              .formatted(folder, Setting.INGEST_SOURCE.key()));
    }
    return () -> new FolderSource(folder);
  }
}
