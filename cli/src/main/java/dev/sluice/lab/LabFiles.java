package dev.sluice.lab;

import java.nio.file.Path;

/**
 * Where things are inside a lab's directory.
 *
 * @param data the lab's directory, absolute
 */
public record LabFiles(Path data) {

  /** What the lab is at the moment: {@link LabState} as JSON. */
  public Path state() {
    return data.resolve("lab.json");
  }

  /** The folder that ingest watches, one object a file. */
  public Path manifests() {
    return data.resolve("manifests");
  }

  public Path logs() {
    return data.resolve("logs");
  }

  public Path log(String component) {
    return logs().resolve(component + ".log");
  }

  /** Settings files of the components. */
  public Path config(String component) {
    return data.resolve("config").resolve(component + ".properties");
  }

  /** What a component keeps on disk (log segments, state stores). */
  public Path store(String component) {
    return data.resolve("store").resolve(component);
  }

  /** One file for each thing that {@code lab exec} can enter. */
  public Path targets() {
    return data.resolve("targets");
  }

  public Path podLog(String namespace, String pod, String container) {
    return logs().resolve("pods").resolve(namespace).resolve(pod + "." + container + ".log");
  }
}
