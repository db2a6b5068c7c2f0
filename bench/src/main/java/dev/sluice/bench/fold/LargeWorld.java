package dev.sluice.bench.fold;

import dev.sluice.core.cluster.ClusterFold;
import dev.sluice.core.compile.PolicyFold;
import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.policy.ClusterSettings;
import java.util.ArrayList;
import java.util.EnumMap;
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
    world.add(world.event(ObjectEvent.Type.ADDED, ClusterSettings.KEY, SETTINGS.fill()));
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

  /**
   * A version of a node.
   *
   * @param version of what the network does not look at
   */
  ObjectEvent node(int index, int version) {
    ObjectEvent.Type type = version == 0 ? ObjectEvent.Type.ADDED : ObjectEvent.Type.MODIFIED;
    return event(
        type,
        new ObjectKey("Node", "", "node-" + index),
        NODE.fill(index, 64 + index / 256, index % 256, 1 + index / 250, 1 + index % 250, version));
  }

  /** A namespace, with a label of which every version makes other identities. */
  ObjectEvent namespace(String name, int version) {
    ObjectEvent.Type type = version == 0 ? ObjectEvent.Type.ADDED : ObjectEvent.Type.MODIFIED;
    return event(type, new ObjectKey("Namespace", "", name), NAMESPACE.fill(name, version));
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
    String ip = "10." + (64 + node / 256) + "." + node % 256 + "." + (2 + number % PODS_A_NODE);
    return event(
        type,
        new ObjectKey("Pod", namespace, name),
        PODS.get(stage)
            .fill(name, namespace, app, batch, node, ip, Integer.toHexString(number + 1), version));
  }

  /**
   * Policy {@code i} of a namespace: its kind follows from its number; versions differ in a peer.
   */
  ObjectEvent policy(int namespace, int i, int version) {
    String ns = "ns" + namespace;
    ObjectEvent.Type type = version == 0 ? ObjectEvent.Type.ADDED : ObjectEvent.Type.MODIFIED;
    String subject = "app" + i;
    String peer = "app" + (i + 1 + version % (APPS - 1)) % APPS;
    Template spec =
        switch (i % 20) {
          case 0, 10 -> NAMES;
          case 1, 11 -> CIDR;
          case 2 -> DENY;
          case 3, 12, 17 -> KUBERNETES;
          case 4 -> CLUSTERWIDE;
          case 5 -> TIERS;
          case 6 -> HTTP;
          default -> PORTS;
        };
    ObjectKey key =
        switch (i % 20) {
          case 3, 12, 17 -> new ObjectKey("NetworkPolicy", ns, "p" + i);
          case 4 -> new ObjectKey("CiliumClusterwideNetworkPolicy", "", ns + "-p" + i);
          case 5 -> new ObjectKey("ClusterNetworkPolicy", "", ns + "-p" + i);
          default -> new ObjectKey("CiliumNetworkPolicy", ns, "p" + i);
        };
    return event(type, key, spec.fill(subject, peer, namespace % 250, ns, i));
  }

  /** Room for the identities of the largest world: some policies have all of them as peers. */
  private static final Template SETTINGS = Template.of("{'spec':{'policyMapEntries':1048576}}");

  private static final Template NODE =
      Template.of(
          """
          {'metadata':{'name':'node-$0'},'spec':{'podCIDRs':['10.$1.$2.0/24']},
          'status':{'addresses':[{'type':'InternalIP','address':'172.30.$3.$4'}],
          'conditions':[{'type':'Ready','status':'True','heartbeat':'#5'}]}}
          """);

  private static final Template NAMESPACE =
      Template.of(
          """
          {'metadata':{'name':'$0','labels':{'kubernetes.io/metadata.name':'$0','team':'$0',
          'version':'v$1'}}}
          """);

  private static final Map<PodStage, Template> PODS = new EnumMap<>(PodStage.class);

  static {
    for (PodStage stage : PodStage.values()) {
      PODS.put(stage, pod(stage));
    }
  }

  private static Template pod(PodStage stage) {
    return Template.of(
        """
        {'metadata':{'name':'$0','namespace':'$1','labels':{'app':'$2','batch':'$3',
        'pod-template-hash':'7d4b9'},'ownerReferences':[{'kind':'ReplicaSet','name':'$2-7d4b9',
        'controller':true}]%s},'spec':{%s'serviceAccountName':'default',
        'containers':[{'name':'main','image':'registry.example/$2:1','ports':[{'name':'http',
        'containerPort':8080,'protocol':'TCP'}]}]},'status':{%s'conditions':[{'type':'Ready',
        'status':'%s','probe':'#7'}]}}
        """
            .formatted(
                stage.isLeaving() ? ",'deletionTimestamp':'2026-01-15T12:00:00Z'" : "",
                stage.isScheduled() ? "'nodeName':'node-$4'," : "",
                stage.hasAddress()
                    ? "'phase':'Running','podIP':'$5','podIPs':[{'ip':'$5'},{'ip':'fd00:64::$6'}],"
                    : "'phase':'Pending',",
                stage == PodStage.READY ? "True" : "False"));
  }

  private static final String DNS =
      """
      {'toEndpoints':[{'matchLabels':{'k8s:io.kubernetes.pod.namespace':'kube-system',
      'k8s:app':'kube-dns'}}],'toPorts':[{'ports':[{'port':'53','protocol':'ANY'}],
      'rules':{'dns':[{'matchPattern':'*'}]}}]}\
      """;

  private static final Template PORTS =
      Template.of(
          """
          {'spec':
          {'endpointSelector':{'matchLabels':{'app':'$0'}},'ingress':[{'fromEndpoints':[{'matchLabels':
          {'app':'$1'}}],'toPorts':[{'ports':[{'port':'8080','protocol':'TCP'}]}]}],'egress':[\
          """
              + DNS
              + "]}}");

  private static final Template NAMES =
      Template.of(
          """
          {'spec':
          {'endpointSelector':{'matchLabels':{'app':'$0'}},'egress':[{'toEndpoints':[{'matchLabels':
          {'app':'$1'}}]},{'toFQDNs':[{'matchName':'api.example.com'}],'toPorts':[{'ports':[{'port':
          '443','protocol':'TCP'}]}]},\
          """
              + DNS
              + "]}}");

  private static final Template CIDR =
      Template.of(
          """
          {'spec':
          {'endpointSelector':{'matchLabels':{'app':'$0'}},'egress':[{'toEndpoints':[{'matchLabels':
          {'app':'$1'}}]},{'toCIDRSet':[{'cidr':'192.168.$2.0/24','except':
          ['192.168.$2.7/32']}]}]}}\
          """);

  private static final Template DENY =
      Template.of(
          """
          {'spec':
          {'endpointSelector':{'matchLabels':{'app':'$0'}},'ingress':[{'fromEntities':['cluster']}],
          'ingressDeny':[{'fromEndpoints':[{'matchLabels':{'app':'$1'}}]}]}}\
          """);

  private static final Template KUBERNETES =
      Template.of(
          """
          {'spec':
          {'podSelector':{'matchLabels':{'app':'$0'}},'policyTypes':['Ingress','Egress'],'ingress':
          [{'from':[{'namespaceSelector':{'matchLabels':{'team':'ns0'}},'podSelector':{'matchLabels':
          {'app':'$1'}}}],'ports':[{'port':'http','protocol':'TCP'}]}],'egress':[{'to':[{'ipBlock':
          {'cidr':'192.168.$2.0/25'}}]}]}}\
          """);

  private static final Template CLUSTERWIDE =
      Template.of(
          """
          {'spec':
          {'endpointSelector':{'matchLabels':{'k8s:io.kubernetes.pod.namespace':'$3','app':'$0'}},
          'ingress':[{'fromEndpoints':[{'matchLabels':{'app':'$1'}}],'toPorts':[{'ports':[{'port':
          '9090','protocol':'TCP'}]}]}]}}\
          """);

  private static final Template TIERS =
      Template.of(
          """
          {'spec':
          {'tier':'Admin','priority':'#4','subject':{'pods':{'namespaceSelector':{'matchLabels':
          {'kubernetes.io/metadata.name':'$3'}},'podSelector':{'matchLabels':{'app':'$0'}}}},
          'ingress':[{'name':'r','action':'Accept','from':[{'pods':{'namespaceSelector':{'matchLabels':
          {'kubernetes.io/metadata.name':'$3'}},'podSelector':{'matchLabels':{'app':'$1'}}}}]}]}}\
          """);

  private static final Template HTTP =
      Template.of(
          """
          {'spec':
          {'endpointSelector':{'matchLabels':{'app':'$0'}},'ingress':[{'fromEndpoints':[{'matchLabels':
          {'app':'$1'}}],'toPorts':[{'ports':[{'port':'80','protocol':'TCP'}],'rules':{'http':
          [{'method':'GET','path':'/public'}]}}]}]}}\
          """);
}
