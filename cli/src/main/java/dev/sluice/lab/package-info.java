/**
 * The lab: the whole system on one machine, each node a network namespace with its own applier.
 *
 * <p>In: a folder of manifests and what the log says about them. Out: processes, namespaces, links
 * and cgroups, all named after the lab, and files in the lab's directory. The supervisor plays the
 * kubelet and the underlay network. It must not know how policy is compiled or enforced: it asks
 * the node's applier over its socket and reads topics, as a stranger would.
 *
 * <p>What a lab is made of is decided by pure values ({@link dev.sluice.lab.LabNames}, the plans of
 * ip commands); threads and processes live in the supervisor.
 */
package dev.sluice.lab;
