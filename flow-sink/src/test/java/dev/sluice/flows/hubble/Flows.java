package dev.sluice.flows.hubble;

import dev.sluice.schemas.Flow;
import dev.sluice.schemas.FlowKind;
import dev.sluice.schemas.FlowPeer;
import dev.sluice.schemas.TrafficDirection;
import dev.sluice.schemas.Verdict;
import java.time.Instant;
import java.util.List;

/** Flows for tests: shop/frontend-0 connects to shop/backend-0, and the world is turned away. */
final class Flows {
  private Flows() {}

  static FlowPeer pod(String namespace, String pod, int identity, String... labels) {
    return FlowPeer.newBuilder()
        .setIdentity(identity)
        .setEndpoint(identity + 1000L)
        .setNamespace(namespace)
        .setPod(pod)
        .setWorkloadKind("Deployment")
        .setWorkload(pod.substring(0, pod.lastIndexOf('-')))
        .setLabels(List.of(labels))
        .build();
  }

  static FlowPeer world() {
    return FlowPeer.newBuilder().setIdentity(2).setLabels(List.of("reserved:world")).build();
  }

  private static Flow.Builder base() {
    return Flow.newBuilder()
        .setTime(Instant.parse("2026-11-20T10:00:00.123Z"))
        .setUuid("6b2c")
        .setNode("node-1")
        .setIpVersion(4)
        .setProtocol(6)
        .setTcpFlags(2)
        .setRevision(12);
  }

  static Flow allowed() {
    return base()
        .setKind(FlowKind.START)
        .setVerdict(Verdict.FORWARDED)
        .setDirection(TrafficDirection.INGRESS)
        .setSourceIp("10.0.1.5")
        .setSourcePort(41000)
        .setDestinationIp("10.0.1.6")
        .setDestinationPort(8080)
        .setReply(false)
        .setSource(
            pod(
                "shop",
                "frontend-0",
                256,
                "k8s:app=frontend",
                "k8s:io.kubernetes.pod.namespace=shop"))
        .setDestination(pod("shop", "backend-0", 257, "k8s:app=backend"))
        .setPolicyMatch(2)
        .setAllowedBy(List.of("CiliumNetworkPolicy/shop/backend-allow-frontend#spec.ingress[0]"))
        .build();
  }

  static Flow dropped() {
    return base()
        .setKind(FlowKind.DROP)
        .setVerdict(Verdict.DROPPED)
        .setDropReason(133)
        .setDropReasonText("Policy denied")
        .setDirection(TrafficDirection.INGRESS)
        .setSourceIp("203.0.113.10")
        .setSourcePort(50000)
        .setDestinationIp("10.0.1.6")
        .setDestinationPort(8080)
        .setCount(3)
        .setSource(world())
        .setDestination(pod("shop", "backend-0", 257, "k8s:app=backend"))
        .setDeniedBy(List.of("CiliumNetworkPolicy/shop/default-deny"))
        .build();
  }

  static Flow ping6() {
    Flow flow = allowed();
    flow.setIpVersion(6);
    flow.setProtocol(58);
    flow.setIcmpType(128);
    flow.setSourcePort(0);
    flow.setDestinationPort(0);
    flow.setSourceIp("fd00:10:0:1::5");
    flow.setDestinationIp("fd00:10:0:1::6");
    flow.setKind(FlowKind.END);
    return flow;
  }
}
