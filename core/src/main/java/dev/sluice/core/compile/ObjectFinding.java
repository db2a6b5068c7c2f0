package dev.sluice.core.compile;

import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.policy.Finding;

/** One finding about one object. */
public record ObjectFinding(ObjectKey object, Finding finding) {}
