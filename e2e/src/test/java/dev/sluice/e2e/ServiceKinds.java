package dev.sluice.e2e;

/** Pods of two nodes, and Services of every kind in front of them. */
final class ServiceKinds {
  private ServiceKinds() {}

  static String manifests(Dialling dialling) {
    String web =
        "selector: {app: web}, ports: [{name: t, port: 80, targetPort: 8080}, {name: u, port: 80,"
            + " targetPort: 8080, protocol: UDP}]";
    String dual = ", ipFamilyPolicy: PreferDualStack";
    String named = "ports: [{port: 80, targetPort: web}], selector: {app: named}";
    return Manifests.namespace("shop")
        + dialling.server("web-1", "web", "node-1")
        + dialling.server("web-2", "web", "node-2")
        + dialling.server("alone", "alone", "node-1")
        + dialling.server("named-1", "named", "node-1", 8080)
        + dialling.server("named-2", "named", "node-2", 9090)
        + dialling.server("unready", "named", "node-2", 8080)
        + "status: {conditions: [{type: Ready, status: \"False\"}]}\n"
        + Manifests.client("client-1", "client", "node-1", "")
        + Manifests.client("client-2", "client", "node-2", "")
        + Manifests.client("stranger", "stranger", "node-2", "")
        + Manifests.service("web", web + ", clusterIPs: [10.96.0.80, \"fd00:10:96::80\"]")
        + Manifests.service(
            "ports",
            "type: NodePort, clusterIPs: [10.96.0.81, \"fd00:10:96::81\"], ports:"
                + " [{name: t, port: 80, targetPort: 8080, nodePort: 30080}, {name: u,"
                + " port: 80, targetPort: 8080, nodePort: 30080, protocol: UDP}],"
                + " selector: {app: web}")
        + Manifests.service(
            "outer",
            web
                + dual
                + ", clusterIPs: [10.96.0.82, \"fd00:10:96::82\"]"
                + ", externalIPs: [198.51.100.9, \"2001:db8:9::9\"]")
        // Whom it lets in from outside, and by which nodes, is nothing to the cluster.
        + Manifests.service(
                "balanced",
                web
                    + dual
                    + ", type: LoadBalancer, externalTrafficPolicy: Local,"
                    + " loadBalancerSourceRanges: [203.0.113.66/32]")
            .stripTrailing()
        + """

        status: {loadBalancer: {ingress: [{ip: 198.51.100.10}, {ip: "2001:db8:9::a"}]}}
        """
        + Manifests.service(
            "sticky",
            web + ", clusterIPs: [10.96.0.83, \"fd00:10:96::83\"], sessionAffinity:" + " ClientIP")
        + Manifests.service(
            "brief",
            web
                + ", clusterIPs: [10.96.0.90, \"fd00:10:96::90\"], sessionAffinity:"
                + " ClientIP, sessionAffinityConfig: {clientIP: {timeoutSeconds: 1}}")
        + Manifests.service(
            "near",
            web
                + ", clusterIPs: [10.96.0.84, \"fd00:10:96::84\"], internalTrafficPolicy:"
                + " Local")
        + Manifests.service(
            "alone",
            "clusterIPs: [10.96.0.85, \"fd00:10:96::85\"], selector: {app: alone}, ports:"
                + " [{name: t, port: 80, targetPort: 8080}, {name: u, port: 80, targetPort:"
                + " 8080, protocol: UDP}]")
        + Manifests.service(
            "told",
            "clusterIPs: [10.96.0.93, \"fd00:10:96::93\"], selector: {app: alone}, ports:"
                + " [{name: t, port: 80, targetPort: 8080}, {name: u, port: 80, targetPort:"
                + " 8080, protocol: UDP}]")
        + Manifests.service(
            "nobody",
            "clusterIPs: [10.96.0.86, \"fd00:10:96::86\"], selector: {app: nobody}, ports:"
                + " [{name: t, port: 80}, {name: u, port: 80, protocol: UDP}]")
        + Manifests.service("named", named + ", clusterIPs: [10.96.0.88, \"fd00:10:96::88\"]")
        + Manifests.service(
            "early",
            named
                + ", clusterIPs: [10.96.0.89, \"fd00:10:96::89\"]"
                + ", publishNotReadyAddresses: true")
        + Manifests.service("headless", web + ", clusterIP: None");
  }
}
