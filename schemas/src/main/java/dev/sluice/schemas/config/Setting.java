package dev.sluice.schemas.config;

import dev.sluice.core.policy.Nearest;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Every setting of every process: the key in the properties file (and in {@code --set key=value}),
 * its default and what it means. An empty default means: not set.
 */
public enum Setting {
  KAFKA_BOOTSTRAP_SERVERS(
      "kafka.bootstrap.servers", Type.TEXT, "127.0.0.1:9092", "Kafka brokers, host:port,…"),
  SCHEMA_REGISTRY_URL(
      "schema.registry.url",
      Type.TEXT,
      "http://127.0.0.1:8081",
      "registry that speaks the Confluent REST API; several, comma separated, are tried in turn"),
  SCHEMA_REGISTRY_TIMEOUT(
      "schema.registry.timeout",
      Type.DURATION,
      "60s",
      "how long a request to the registry is retried before it fails"),
  TOPIC_PREFIX("topic.prefix", Type.TEXT, "sluice.", "put before every topic name"),
  TOPIC_REPLICATION(
      "topic.replication",
      Type.NUMBER,
      "0",
      "replication factor of topics; 0: 3 where at least 3 brokers are alive, else 1"),
  CLUSTER_NAME("cluster.name", Type.TEXT, "default", "name of the Kubernetes cluster"),
  HISTORY_WINDOW(
      "history.window",
      Type.DURATION,
      "30d",
      "how long k8s.objects and revisions are kept: how far back one can replay"),
  FLOWS_PARTITIONS("flows.partitions", Type.NUMBER, "4", "partitions of topic flows"),
  FLOWS_RETENTION("flows.retention", Type.DURATION, "7d", "how long flows are kept"),
  STATE_DIR(
      "state.dir", Type.PATH, "state", "local state of the streams, a cache that may be deleted"),
  SNAPSHOT_INTERVAL(
      "snapshot.interval",
      Type.DURATION,
      "5m",
      "least time between two snapshots of one stream, when there is something new"),
  STREAM_SESSION_TIMEOUT(
      "stream.session.timeout",
      Type.DURATION,
      "10s",
      "how long a stream that is not heard of keeps its work before another instance takes it"),
  INGEST_SOURCE(
      "ingest.source",
      Type.TEXT,
      "",
      "where objects come from: folder:PATH (manifests, watched) or kubernetes"),
  POLICY_ENFORCEMENT_MODE(
      "policy.enforcement.mode",
      Type.TEXT,
      "",
      "policyEnforcementMode of the SluiceSettings that ingest writes: default, always or never;"
          + " an object of that kind goes before"),
  POLICY_MAP_ENTRIES(
      "policy.map.entries",
      Type.NUMBER,
      "",
      "policyMapEntries of the SluiceSettings that ingest writes: most entries of one identity in a"
          + " node's policy map; an object of that kind goes before"),
  NODE_NAME("node.name", Type.TEXT, "", "name of this node, as in Kubernetes"),
  NODE_NETNS(
      "node.netns",
      Type.TEXT,
      "",
      "network namespace of the node, a path; empty: the one the process runs in"),
  NODE_BPF_PATH(
      "node.bpf.path",
      Type.PATH,
      "/sys/fs/bpf/sluice/v1/default/node",
      "directory of the node's pinned programs, links and maps"),
  NODE_SOCKET("node.socket", Type.PATH, "", "unix socket on which the applier answers"),
  NODE_CGROUP(
      "node.cgroup",
      Type.PATH,
      "",
      "cgroup of the node's pods and of its own processes, whose sockets are balanced where they"
          + " dial; empty: programs of cgroups are off"),
  NODE_UPLINK("node.uplink", Type.TEXT, "eth0", "interface towards the other nodes"),
  NODE_ROUTING(
      "node.routing",
      Type.TEXT,
      "vxlan",
      "between nodes: vxlan or native; with native, who dials a Service from outside the cluster is"
          + " served by backends of the node that was dialled alone, so that policy knows the"
          + " client: externalTrafficPolicy should be Local"),
  NODE_VXLAN_PORT("node.vxlan.port", Type.NUMBER, "8472", "UDP port of the tunnel"),
  NODE_MTU("node.mtu", Type.NUMBER, "0", "MTU of the uplink; 0: as found"),
  NODE_POLICY_ENTRIES(
      "node.policy.entries", Type.NUMBER, "1048576", "size of the kernel's policy map"),
  NODE_CT_ENTRIES("node.ct.entries", Type.NUMBER, "131072", "size of the connection table"),
  NODE_CT_ENDPOINT_SHARE(
      "node.ct.endpoint.share",
      Type.NUMBER,
      "25",
      "percent of the connection table that one endpoint's open connections may take"),
  NODE_SERVICE_FRONTENDS(
      "node.service.frontends",
      Type.NUMBER,
      "131072",
      "size of the kernel's map of Service addresses and ports"),
  NODE_SERVICE_BACKENDS(
      "node.service.backends",
      Type.NUMBER,
      "524288",
      "size of the kernel's map of Service backends, those of all Services together"),
  NODE_SERVICE_TABLE(
      "node.service.table",
      Type.NUMBER,
      "16381",
      "places of a Service's consistent hash table for traffic from outside, a prime: a hundred"
          + " times the backends; the same on every node"),
  NODE_SERVICE_REPLY(
      "node.service.reply",
      Type.TEXT,
      "snat",
      "how a backend on another node answers a client outside: snat (through the node that was"
          + " dialled) or direct (from its own node, to the client's address); the same on every"
          + " node; direct needs node.routing=vxlan"),
  NODE_NAT_ENTRIES(
      "node.nat.entries",
      Type.NUMBER,
      "131072",
      "connections whose addresses can be translated, besides those that have a lent port"),
  NODE_NAT_CLIENT_SHARE(
      "node.nat.client.share",
      Type.NUMBER,
      "50",
      "percent of them that one client of Services outside the cluster may have, by its address, of"
          + " IPv6 by its /64"),
  NODE_NAT_PORTS(
      "node.nat.ports",
      Type.TEXT,
      "49152-65535",
      "ports of the node's addresses under which it speaks for pods and for clients of Services;"
          + " its own sockets get others. The upper half, 8192 at most, is lent to TCP connections"
          + " of such clients to backends on other nodes, one each and group of backends, of which"
          + " there are eight"),
  NODE_MASQUERADE_EXCEPT(
      "node.masquerade.except",
      Type.TEXT,
      "",
      "prefixes beyond the cluster that pods reach under their own addresses, comma separated;"
          + " 0.0.0.0/0,::/0: all"),
  NODE_STATUS_INTERVAL(
      "node.status.interval", Type.DURATION, "10s", "least often node.status is written"),
  DNS_TTL_FLOOR(
      "dns.ttl.floor",
      Type.DURATION,
      "5m",
      "an address that a name was given holds at least this long, however short its TTL"),
  DNS_IDLE_GRACE(
      "dns.idle.grace",
      Type.DURATION,
      "1m",
      "how much longer an address holds after its last answer and its last connection"),
  DNS_USE_INTERVAL(
      "dns.use.interval",
      Type.DURATION,
      "10s",
      "how often a node tells which learned addresses its connections use"),
  DNS_UNASKED_AFTER(
      "dns.unasked.after",
      Type.DURATION,
      "10m",
      "how long no pod may ask for any of a policy's names before diagnostics say so"),
  DNS_ADDRESSES_PER_NAME(
      "dns.addresses.per.name",
      Type.NUMBER,
      "1000",
      "addresses of one name without a connection; beyond, the oldest go"),
  DNS_HOLD_LIMIT(
      "dns.hold.limit",
      Type.DURATION,
      "100ms",
      "how long an answer waits for its addresses to be usable before it becomes SERVFAIL"),
  DNS_TCP_IDLE(
      "dns.tcp.idle",
      Type.DURATION,
      "10s",
      "after how long a pod's DNS connection ends over which nothing is asked"),
  DNS_TCP_CONNECTIONS(
      "dns.tcp.connections",
      Type.NUMBER,
      "128",
      "DNS connections that one pod may have at a time; more are reset"),
  DNS_REJECT(
      "dns.reject",
      Type.TEXT,
      "refused",
      "how a question that no policy allows is answered: refused or nxdomain"),
  DNS_TRUSTED_RESOLVERS(
      "dns.trusted.resolvers",
      Type.TEXT,
      "k8s:k8s-app=kube-dns,k8s:io.kubernetes.pod.namespace=kube-system",
      "whose answers count for everybody, others for the asker alone: labels that"
          + " the resolver's pod has, or prefixes, comma separated"),
  SINK_LISTEN("sink.listen", Type.TEXT, "127.0.0.1:4245", "where flow-sink serves, host:port"),
  BROKER_DATA_DIR("broker.data.dir", Type.PATH, "kafka", "data of the embedded broker"),
  BROKER_PORT(
      "broker.port",
      Type.NUMBER,
      "0",
      "port of the embedded broker on 127.0.0.1; 0: the one chosen before, or a free one"),
  REGISTRY_PORT(
      "registry.port",
      Type.NUMBER,
      "0",
      "port of the embedded registry on 127.0.0.1; 0: the one chosen before, or a free one");

  /** What a value must look like. */
  public enum Type {
    TEXT("text"),
    NUMBER("whole number"),
    DURATION("duration: 500ms, 30s, 5m, 12h, 30d"),
    PATH("path");

    private final String text;

    Type(String text) {
      this.text = text;
    }

    /** What to write, for people. */
    public String text() {
      return text;
    }
  }

  private final String key;
  private final Type type;
  private final String defaultValue;
  private final String doc;

  Setting(String key, Type type, String defaultValue, String doc) {
    this.key = key;
    this.type = type;
    this.defaultValue = defaultValue;
    this.doc = doc;
  }

  public String key() {
    return key;
  }

  public Type type() {
    return type;
  }

  public String defaultValue() {
    return defaultValue;
  }

  /** One line for people. */
  public String doc() {
    return doc;
  }

  public static Optional<Setting> of(String key) {
    return Arrays.stream(values()).filter(setting -> setting.key.equals(key)).findFirst();
  }

  /** The key that was probably meant; empty when none is near. */
  static Optional<String> nearest(String key) {
    List<String> keys = Arrays.stream(values()).map(Setting::key).toList();
    return Nearest.of(key, keys).map(Nearest.Match::word);
  }
}
