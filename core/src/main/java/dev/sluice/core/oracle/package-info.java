/**
 * The verdict by the book: a slow, obvious evaluator that reads the parsed language as a person
 * would. It knows no identity number, no index, no compiled rule; with the compiler it shares the
 * parsed types alone (policy, label, net), so that each can prove the other wrong. In: a {@link
 * dev.sluice.core.oracle.World} and a {@link dev.sluice.core.oracle.Flow}. Out: an {@link
 * dev.sluice.core.oracle.Answer} with its reasons. The rules stand as numbered sentences above the
 * methods that are each of them.
 */
package dev.sluice.core.oracle;
