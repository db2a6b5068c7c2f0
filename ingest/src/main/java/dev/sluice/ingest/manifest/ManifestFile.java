package dev.sluice.ingest.manifest;

import dev.sluice.ingest.port.Problem;
import java.util.List;

/**
 * What one file says.
 *
 * @param file path relative to the folder
 * @param hash of its bytes: SHA-256, 16 hex digits
 * @param manifests in the order of the text; empty when the file is refused
 * @param problems why the file is refused; empty when it is not
 */
public record ManifestFile(
    String file, String hash, List<Manifest> manifests, List<Problem> problems) {
  public ManifestFile {
    manifests = List.copyOf(manifests);
    problems = List.copyOf(problems);
  }

  public boolean refused() {
    return !problems.isEmpty();
  }
}
