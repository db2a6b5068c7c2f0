/**
 * The log as one writer sees it: what it holds, how a writer takes it over, and the difference that
 * a source's events make. Knows nothing of where events come from.
 */
package dev.sluice.ingest.log;
