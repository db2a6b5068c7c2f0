/** IP addresses and CIDR prefixes of both families as values; never asks a resolver. */
package dev.sluice.core.net;
