package dev.sluice.bench.fold;

import dev.sluice.core.cluster.ClusterFold;
import dev.sluice.core.compile.PolicyFold;
import dev.sluice.core.log.CanonicalTree;
import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.schemas.convert.JsonTree;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * A world of a given size as a log: namespaces of 500 endpoints with 100 identities and 100
 * policies of every kind. Larger worlds have more namespaces.
 */
final class LargeWorld {
  static final int IN_NAMESPACE = 500;
  static final int APPS = 100;

  /** Log time between two records, ms. */
  static final long STEP = 10;

  private static final int PODS_A_NODE = 250;
  private static final long BEGIN = 1_700_000_000_000L;

  private final List<ObjectEvent> events = new ArrayList<>();
  private final int namespaces;
  private final int nodes;
  private long time = BEGIN;
  private long offset;

  private LargeWorld(int endpoints) {
    this.namespaces = endpoints / IN_NAMESPACE;
    this.nodes = (endpoints + PODS_A_NODE - 1) / PODS_A_NODE;
  }

  /** The log of a world, from its first record to the end of the first listing. */
  static LargeWorld of(int endpoints) {
    LargeWorld world = new LargeWorld(endpoints);
    world.add(world.event(ObjectEvent.Type.GENESIS, new ObjectKey("Genesis", "", "log"), Map.of()));
    for (int node = 0; node < world.nodes; node++) {
      world.add(world.node(node, 0));
    }
    world.add(world.namespace("kube-system", 0));
    world.add(world.pod("kube-system", "dns", "kube-dns", 1 << 20));
    for (int ns = 0; ns < world.namespaces; ns++) {
      world.add(world.namespace("ns" + ns, 0));
      for (int i = 0; i < IN_NAMESPACE; i++) {
        String app = "app" + i % APPS;
        world.add(world.pod("ns" + ns, app + "-" + i / APPS, app, ns * IN_NAMESPACE + i));
      }
      for (int i = 0; i < APPS; i++) {
        world.add(world.policy(ns, i, 0));
      }
    }
    TreeSet<String> kinds = new TreeSet<>(ClusterFold.REQUIRED_KINDS);
    kinds.addAll(PolicyFold.REQUIRED_KINDS);
    kinds.forEach(
        kind ->
            world.add(world.event(ObjectEvent.Type.SYNCED, new ObjectKey(kind, "", ""), Map.of())));
    return world;
  }

  List<ObjectEvent> events() {
    return events;
  }

  int namespaces() {
    return namespaces;
  }

  int nodes() {
    return nodes;
  }

  /** Policies of the world. */
  int policies() {
    return namespaces * APPS;
  }

  private void add(ObjectEvent event) {
    events.add(event);
  }

  /** Lets log time pass. */
  void later(long millis) {
    time += millis;
  }

  /** The next record. */
  ObjectEvent event(ObjectEvent.Type type, ObjectKey key, Map<String, Object> body) {
    time += STEP;
    return new ObjectEvent(
        offset++, type, key, "v1", uid(key), Long.toString(offset), time, "bench", 1, 1000, body);
  }

  private static String uid(ObjectKey key) {
    return "uid-" + key.namespace() + "-" + key.name();
  }

  /** A body as ingest writes it: its fields sorted. */
  @SuppressWarnings("unchecked")
  static Map<String, Object> tree(String json) {
    Map<String, Object> tree = JsonTree.parse(json.replace('\'', '"').replace("\n", ""));
    return (Map<String, Object>) CanonicalTree.decode(CanonicalTree.encode(tree));
  }

  /**
   * A version of a node.
   *
   * @param version of what the network does not look at
   */
  ObjectEvent node(int index, int version) {
    String json =
        """
        {'metadata':{'name':'node-%1$d'},'spec':{'podCIDRs':['10.%2$d.%3$d.0/24']},
        'status':{'addresses':[{'type':'InternalIP','address':'172.30.%4$d.%5$d'}],
        'conditions':[{'type':'Ready','status':'True','heartbeat':%6$d}]}}
        """
            .formatted(
                index, 64 + index / 256, index % 256, 1 + index / 250, 1 + index % 250, version);
    ObjectEvent.Type type = version == 0 ? ObjectEvent.Type.ADDED : ObjectEvent.Type.MODIFIED;
    return event(type, new ObjectKey("Node", "", "node-" + index), tree(json));
  }

  /** A namespace, with a label of which every version makes other identities. */
  ObjectEvent namespace(String name, int version) {
    String json =
        """
        {'metadata':{'name':'%1$s','labels':{'kubernetes.io/metadata.name':'%1$s','team':'%1$s',
        'version':'v%2$d'}}}
        """
            .formatted(name, version);
    ObjectEvent.Type type = version == 0 ? ObjectEvent.Type.ADDED : ObjectEvent.Type.MODIFIED;
    return event(type, new ObjectKey("Namespace", "", name), tree(json));
  }

  /** A pod of a Deployment, with two addresses that its number gives. */
  ObjectEvent pod(String namespace, String name, String app, int number) {
    return pod(namespace, name, app, number, "0");
  }

  /** A pod with a label {@code batch} of its own. */
  ObjectEvent pod(String namespace, String name, String app, int number, String batch) {
    return pod(ObjectEvent.Type.ADDED, namespace, name, app, number, batch, 0, PodStage.READY);
  }

  /**
   * A version of a pod.
   *
   * @param version of what the network does not look at
   * @param stage of its life
   */
  ObjectEvent pod(
      ObjectEvent.Type type,
      String namespace,
      String name,
      String app,
      int number,
      String batch,
      int version,
      PodStage stage) {
    int node = number / PODS_A_NODE;
    String address = "10.%d.%d.%d".formatted(64 + node / 256, node % 256, 2 + number % PODS_A_NODE);
    String json =
        """
        {'metadata':{'name':'%1$s','namespace':'%2$s','labels':{'app':'%3$s','batch':'%4$s',
        'pod-template-hash':'7d4b9'},'ownerReferences':[{'kind':'ReplicaSet','name':'%3$s-7d4b9',
        'controller':true}]%8$s},'spec':{%5$s'serviceAccountName':'default',
        'containers':[{'name':'main','image':'registry.example/%3$s:1','ports':[{'name':'http',
        'containerPort':8080,'protocol':'TCP'}]}]},'status':{%6$s'conditions':[{'type':'Ready',
        'status':'%9$s','probe':%7$d}]}}
        """
            .formatted(
                name,
                namespace,
                app,
                batch,
                stage.isScheduled() ? "'nodeName':'node-%d',".formatted(node) : "",
                stage.hasAddress()
                    ? "'phase':'Running','podIP':'%1$s','podIPs':[{'ip':'%1$s'},{'ip':'fd00:64::%2$x'}],"
                        .formatted(address, number + 1)
                    : "'phase':'Pending',",
                version,
                stage.isLeaving() ? ",'deletionTimestamp':'2026-01-15T12:00:00Z'" : "",
                stage == PodStage.READY ? "True" : "False");
    return event(type, new ObjectKey("Pod", namespace, name), tree(json));
  }

  /**
   * Policy {@code i} of a namespace: its kind follows from its number; versions differ in a peer.
   */
  ObjectEvent policy(int namespace, int i, int version) {
    String ns = "ns" + namespace;
    ObjectEvent.Type type = version == 0 ? ObjectEvent.Type.ADDED : ObjectEvent.Type.MODIFIED;
    String subject = "app" + i;
    String peer = "app" + (i + 1 + version % (APPS - 1)) % APPS;
    String spec =
        switch (i % 20) {
          case 0, 10 -> NAMES.formatted(subject, peer);
          case 1, 11 -> CIDR.formatted(subject, peer, namespace % 250);
          case 2 -> DENY.formatted(subject, peer);
          case 3, 12, 17 -> KUBERNETES.formatted(subject, peer, namespace % 250);
          case 4 -> CLUSTERWIDE.formatted(ns, subject, peer);
          case 5 -> TIERS.formatted(ns, subject, i, peer);
          case 6 -> HTTP.formatted(subject, peer);
          default -> PORTS.formatted(subject, peer);
        };
    ObjectKey key =
        switch (i % 20) {
          case 3, 12, 17 -> new ObjectKey("NetworkPolicy", ns, "p" + i);
          case 4 -> new ObjectKey("CiliumClusterwideNetworkPolicy", "", ns + "-p" + i);
          case 5 -> new ObjectKey("ClusterNetworkPolicy", "", ns + "-p" + i);
          default -> new ObjectKey("CiliumNetworkPolicy", ns, "p" + i);
        };
    return event(type, key, tree("{'spec':" + spec + "}"));
  }

  private static final String DNS =
      """
      {'toEndpoints':[{'matchLabels':{'k8s:io.kubernetes.pod.namespace':'kube-system',
      'k8s:app':'kube-dns'}}],'toPorts':[{'ports':[{'port':'53','protocol':'ANY'}],
      'rules':{'dns':[{'matchPattern':'*'}]}}]}\
      """;

  private static final String PORTS =
      """
      {'endpointSelector':{'matchLabels':{'app':'%s'}},'ingress':[{'fromEndpoints':[{'matchLabels':
      {'app':'%s'}}],'toPorts':[{'ports':[{'port':'8080','protocol':'TCP'}]}]}],'egress':[\
      """
          + DNS
          + "]}";

  private static final String NAMES =
      """
      {'endpointSelector':{'matchLabels':{'app':'%s'}},'egress':[{'toEndpoints':[{'matchLabels':
      {'app':'%s'}}]},{'toFQDNs':[{'matchName':'api.example.com'}],'toPorts':[{'ports':[{'port':
      '443','protocol':'TCP'}]}]},\
      """
          + DNS
          + "]}";

  private static final String CIDR =
      """
      {'endpointSelector':{'matchLabels':{'app':'%1$s'}},'egress':[{'toEndpoints':[{'matchLabels':
      {'app':'%2$s'}}]},{'toCIDRSet':[{'cidr':'192.168.%3$d.0/24','except':
      ['192.168.%3$d.7/32']}]}]}\
      """;

  private static final String DENY =
      """
      {'endpointSelector':{'matchLabels':{'app':'%1$s'}},'ingress':[{'fromEntities':['cluster']}],
      'ingressDeny':[{'fromEndpoints':[{'matchLabels':{'app':'%2$s'}}]}]}\
      """;

  private static final String KUBERNETES =
      """
      {'podSelector':{'matchLabels':{'app':'%s'}},'policyTypes':['Ingress','Egress'],'ingress':
      [{'from':[{'namespaceSelector':{'matchLabels':{'team':'ns0'}},'podSelector':{'matchLabels':
      {'app':'%s'}}}],'ports':[{'port':'http','protocol':'TCP'}]}],'egress':[{'to':[{'ipBlock':
      {'cidr':'192.168.%d.0/25'}}]}]}\
      """;

  private static final String CLUSTERWIDE =
      """
      {'endpointSelector':{'matchLabels':{'k8s:io.kubernetes.pod.namespace':'%s','app':'%s'}},
      'ingress':[{'fromEndpoints':[{'matchLabels':{'app':'%s'}}],'toPorts':[{'ports':[{'port':
      '9090','protocol':'TCP'}]}]}]}\
      """;

  private static final String TIERS =
      """
      {'tier':'Admin','priority':%3$d,'subject':{'pods':{'namespaceSelector':{'matchLabels':
      {'kubernetes.io/metadata.name':'%1$s'}},'podSelector':{'matchLabels':{'app':'%2$s'}}}},
      'ingress':[{'name':'r','action':'Accept','from':[{'pods':{'namespaceSelector':{'matchLabels':
      {'kubernetes.io/metadata.name':'%1$s'}},'podSelector':{'matchLabels':{'app':'%4$s'}}}}]}]}\
      """;

  private static final String HTTP =
      """
      {'endpointSelector':{'matchLabels':{'app':'%s'}},'ingress':[{'fromEndpoints':[{'matchLabels':
      {'app':'%s'}}],'toPorts':[{'ports':[{'port':'80','protocol':'TCP'}],'rules':{'http':
      [{'method':'GET','path':'/public'}]}}]}]}\
      """;
}
