/**
 * DNS as far as policy depends on it. In: messages as bytes, rules, answers that were seen, time as
 * it is told. Out: whether a question may pass, what an answer teaches, which addresses a name has
 * and until when, and the identity of each address. It knows no socket, no clock and no topic.
 */
package dev.sluice.core.dns;
