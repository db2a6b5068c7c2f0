package dev.sluice.node.apply;

import dev.sluice.core.node.MapSizes;
import dev.sluice.core.service.LbSizes;
import dev.sluice.node.endpoint.EndpointView;
import dev.sluice.node.mirror.Place;
import java.util.List;
import java.util.SortedMap;

/**
 * What a node has realised, at a moment.
 *
 * @param place last mark that is in the kernel and was read back
 * @param hash over the subjects that have endpoints here, of what is in the kernel
 * @param subjects leaf of each of these subjects, by identity
 * @param held entries in each map
 * @param capacity entries that fit
 * @param heldServices entries in each load-balancing map
 * @param serviceCapacity entries that fit there
 * @param message why the last step failed; empty when it did not
 */
public record NodeView(
    Place place,
    String hash,
    SortedMap<Integer, String> subjects,
    List<EndpointView> endpoints,
    MapSizes held,
    MapSizes capacity,
    LbSizes heldServices,
    LbSizes serviceCapacity,
    String message) {}
