/**
 * How results are printed: tables, JSON, YAML and kubectl's jsonpath templates, all from plain
 * values. Nothing here knows what the values mean.
 */
package dev.sluice.cli.output;
