/**
 * {@code sluice demo}: a walk through the shop of the README, with real connections.
 *
 * <p>In: the manifests in the folder demo/, and a lab. Out: each step in words with what was seen.
 * It uses the command line as a person would and nothing below it.
 */
package dev.sluice.cli.demo;
