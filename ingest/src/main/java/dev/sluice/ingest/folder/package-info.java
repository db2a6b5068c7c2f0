/**
 * A watched folder of manifests as a source of objects: which files count, when they are whole, and
 * what is said when they come, change and go. What they mean is decided in {@code manifest} and
 * {@code world}.
 */
package dev.sluice.ingest.folder;
