package dev.sluice.core.service;

/**
 * What a load balancer is told that asks a node about a Service.
 *
 * @param service {@code namespace/name}
 * @param backends ready ones on this node
 */
public record LocalHealth(String service, int backends) {}
