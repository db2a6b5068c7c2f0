package dev.sluice.core.policy;

import dev.sluice.core.log.ObjectKey;
import java.util.List;

/**
 * One policy object as the language sees it, after defaults and namespace scoping: nothing in it
 * depends on the kind of object that it was written as.
 *
 * @param key the object
 * @param rules one for {@code spec}, then one for each of {@code specs}
 */
public record Policy(ObjectKey key, List<PolicyRule> rules) {}
