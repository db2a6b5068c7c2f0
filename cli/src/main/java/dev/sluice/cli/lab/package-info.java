/** The {@code sluice lab} commands: arguments in, calls of {@link dev.sluice.lab}, results out. */
package dev.sluice.cli.lab;
