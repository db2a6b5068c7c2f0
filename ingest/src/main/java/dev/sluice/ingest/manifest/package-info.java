/**
 * Text of manifests to objects with the lines they stand on. Says what is wrong with a file, with
 * file, line and reason; knows no other file, no folder and no log.
 */
package dev.sluice.ingest.manifest;
