/**
 * From what is desired to what a node's kernel maps must hold. {@link
 * dev.sluice.core.node.NodeFold} mirrors topic desired at selector level and flattens the rules of
 * the node's own subjects; {@link dev.sluice.core.node.MapPlan} is the ordered difference to write;
 * {@link dev.sluice.core.node.RuleBook} says what a verdict's cookie means. It must not know byte
 * layouts or system calls.
 */
package dev.sluice.core.node;
