package dev.sluice.ingest.port;

import java.util.List;
import java.util.Map;

/**
 * What the log held when a source was started: where it goes on.
 *
 * @param epoch of this writer; larger than that of every writer before
 * @param objects the last state of every object that is there, sorted by key
 * @param releasedAddresses of pods deleted lately, oldest first
 * @param bookmarks last bookmark of each source
 */
public record Past(
    long epoch,
    List<SourceObject> objects,
    List<String> releasedAddresses,
    Map<String, String> bookmarks) {
  /** Of an empty log. */
  public static Past none(long epoch) {
    return new Past(epoch, List.of(), List.of(), Map.of());
  }
}
