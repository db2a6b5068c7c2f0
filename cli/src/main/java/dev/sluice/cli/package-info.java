/**
 * The {@code sluice} command: argument parsing, exit statuses and the sentences a person reads.
 *
 * <p>In: arguments, and a {@link dev.sluice.lab.LabHandle} that says where Kafka, the registry and
 * the nodes of a lab are. Out: text or JSON on stdout, one sentence on stderr when something is
 * refused. Exit status 0 is success, 1 a refusal or a finding, 2 wrong usage. It must not know how
 * policy is compiled or how the kernel is written; it reads topics and asks processes.
 */
package dev.sluice.cli;
