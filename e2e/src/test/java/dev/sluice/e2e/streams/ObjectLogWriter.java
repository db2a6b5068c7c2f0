package dev.sluice.e2e.streams;

import dev.sluice.core.cluster.ClusterFold;
import dev.sluice.schemas.EventType;
import dev.sluice.schemas.K8sObject;
import dev.sluice.schemas.config.Settings;
import dev.sluice.schemas.serde.TopicSerdes;
import dev.sluice.schemas.topic.KafkaClients;
import dev.sluice.schemas.topic.TopicCatalogue;
import dev.sluice.schemas.topic.Topics;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;

/**
 * Writes a seeded world into k8s.objects, as ingest would: pods that come, change their labels and
 * go, and policies that do the same. For one thread.
 */
final class ObjectLogWriter implements AutoCloseable {
  private static final String[] APPS = {"front", "back", "cart", "mail", "bill"};

  private final Settings settings;
  private final Random random;
  private final KafkaProducer<String, K8sObject> producer;
  private final List<Integer> pods = new ArrayList<>();
  private final List<Integer> policies = new ArrayList<>();

  /** An hour ago: revisions have their events' times, and old ones fall out of the topic. */
  private long clockMillis = System.currentTimeMillis() - 3_600_000;

  private long epoch = 2;
  private int nextPod;

  ObjectLogWriter(Settings settings, TopicSerdes serdes, long seed) {
    this.settings = settings;
    this.random = new Random(seed);
    try (Admin admin = KafkaClients.newAdmin(settings, "test")) {
      TopicCatalogue.ensure(admin, settings, Topics.all());
    }
    serdes.registerAll();
    this.producer = KafkaClients.newProducer(settings, "test", serdes, Topics.K8S_OBJECTS);
  }

  /** The log's beginning: a small world, listed whole; returns the last offset. */
  long begin() throws InterruptedException, ExecutionException {
    write(EventType.GENESIS, "Genesis", "", "", "");
    ClusterFold.REQUIRED_KINDS.stream()
        .sorted()
        .forEach(kind -> write(EventType.SYNC_STARTED, kind, "", "", ""));
    write(EventType.ADDED, "Namespace", "", "shop", "{\"metadata\":{\"labels\":{\"team\":\"a\"}}}");
    write(
        EventType.ADDED,
        "Node",
        "",
        "node-1",
        """
        {"spec":{"podCIDR":"10.0.1.0/24"},
         "status":{"addresses":[{"type":"InternalIP","address":"172.31.0.1"}]}}\
        """);
    for (int i = 0; i < 10; i++) {
      change();
    }
    for (String kind : ClusterFold.REQUIRED_KINDS.stream().sorted().toList()) {
      write(EventType.SYNCED, kind, "", "", "");
    }
    return change().get().offset();
  }

  /** One more change; the future has its offset. */
  Future<RecordMetadata> change() {
    int what = random.nextInt(10);
    if (what < 4 || pods.isEmpty()) {
      pods.add(nextPod);
      return pod(EventType.ADDED, nextPod++);
    }
    if (what < 6) {
      return pod(EventType.MODIFIED, pods.get(random.nextInt(pods.size())));
    }
    if (what < 8) {
      return pod(EventType.DELETED, pods.remove(random.nextInt(pods.size())));
    }
    int policy = random.nextInt(8);
    if (policies.remove((Integer) policy)) {
      return policy(EventType.DELETED, policy);
    }
    policies.add(policy);
    return policy(EventType.ADDED, policy);
  }

  /** What a writer that has been replaced still sends: nothing may come of it. */
  Future<RecordMetadata> stale() {
    epoch--;
    try {
      return pod(EventType.ADDED, 250);
    } finally {
      epoch++;
    }
  }

  private Future<RecordMetadata> pod(EventType type, int number) {
    String body =
        """
        {"metadata":{"labels":{"app":"%s"}},"spec":{"nodeName":"node-1"},
         "status":{"podIPs":[{"ip":"10.0.1.%d"},{"ip":"fd00:10:0:1::%x"}]}}\
        """
            .formatted(APPS[random.nextInt(APPS.length)], 2 + number % 250, 2 + number);
    return write(type, "Pod", "shop", "pod-" + number, body);
  }

  private Future<RecordMetadata> policy(EventType type, int number) {
    String to = APPS[number % APPS.length];
    String from = APPS[random.nextInt(APPS.length)];
    // One in eight is refused whole.
    String direction = number == 7 ? "ingres" : "ingress";
    String body =
        """
        {"apiVersion":"cilium.io/v2","kind":"CiliumNetworkPolicy",
         "metadata":{"name":"policy-%1$d","namespace":"shop"},
         "spec":{"endpointSelector":{"matchLabels":{"app":"%2$s"}},
         "%3$s":[{"fromEndpoints":[{"matchLabels":{"app":"%4$s"}}],
         "toPorts":[{"ports":[{"port":"80%1$d","protocol":"TCP"}]}]}]}}\
        """
            .formatted(number, to, direction, from);
    return write(type, "CiliumNetworkPolicy", "shop", "policy-" + number, body);
  }

  private Future<RecordMetadata> write(
      EventType type, String kind, String namespace, String name, String body) {
    K8sObject object =
        K8sObject.newBuilder()
            .setType(type)
            .setKind(kind)
            .setApiVersion(kind.equals("CiliumNetworkPolicy") ? "cilium.io/v2" : "v1")
            .setNamespace(namespace)
            .setName(name)
            .setUid("uid-" + name)
            .setTime(Instant.ofEpochMilli(clockMillis += 1000))
            .setWho("test.yaml:1")
            .setEpoch(epoch)
            .setBase(1000)
            .setBody(body)
            .build();
    String topic = Topics.K8S_OBJECTS.name(settings);
    return producer.send(new ProducerRecord<>(topic, kind + "/" + namespace + "/" + name, object));
  }

  @Override
  public void close() {
    producer.close();
  }
}
