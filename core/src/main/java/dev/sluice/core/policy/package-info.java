/**
 * The policy language: what a policy object says, after defaults and namespace scoping, and how it
 * is read from a tree of maps and lists. In goes an object's body, out comes a {@link
 * dev.sluice.core.policy.Policy} or every reason why it is none. It knows nothing of identities'
 * numbers, addresses or endpoints: whom a selector selects is for package compile.
 */
package dev.sluice.core.policy;
