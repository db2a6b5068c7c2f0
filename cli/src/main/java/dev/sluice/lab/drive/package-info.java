/**
 * What drives a lab for tests and soaks: the commands a user has, and what a user would do in its
 * pods. In: manifests and words of commands. Out: what they said. It must not know how the lab does
 * what it does.
 */
package dev.sluice.lab.drive;
