/**
 * From policies and identities to what each node should enforce. {@link
 * dev.sluice.core.compile.PolicyFold} folds the object log together with what identity-stream
 * derives from it, and gives out selector-level rules for each subject, the members of each
 * selector, revisions and diagnostics. The cost of a step follows the change. It must not know
 * ports in kernel form, nodes or maps.
 */
package dev.sluice.core.compile;
