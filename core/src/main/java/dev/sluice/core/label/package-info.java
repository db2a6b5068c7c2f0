/** Labels with their source, and sets of them: what an identity is made of. Values only. */
package dev.sluice.core.label;
