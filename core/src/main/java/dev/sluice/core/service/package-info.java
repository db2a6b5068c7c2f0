/**
 * Services: records of Service, EndpointSlice and Node in, frontends and backends out, and from
 * those what a node's load-balancing maps must hold.
 *
 * <pre>
 *   ObjectEvent ──► ServiceFacts, SliceFacts ──► ServiceFold ──► ServiceRow (topic desired)
 *                                                                  │
 *                                               NodeServices ◄─────┘
 *                                                    │ which backends this node uses, in which slot
 *                                                    ▼
 *                                                 LbPlan ──► the node's kernel maps
 * </pre>
 *
 * It must not know Kafka, byte layouts or policies. Semantics follow the Kubernetes API and, where
 * that is silent, kube-proxy.
 */
package dev.sluice.core.service;
