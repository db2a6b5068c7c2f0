package dev.sluice.bench.fold;

import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.schemas.convert.JsonTree;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;

/**
 * What goes on in a cluster, made of a seed: of a thousand records six hundred say of a pod what
 * the network does not look at, two hundred are bookmarks, a hundred are slices of Services, eighty
 * are nodes that are still there, ten are pods that come, go or get another label, five are
 * policies, five are Services; and now and then a namespace's label changes.
 */
final class Churn {
  private static final int NAMESPACE_EVERY = 50_000;

  private final LargeWorld world;
  private final Random random;

  /** The label of each pod that is there; null for one that has gone. */
  private final String[] batches;

  private int made;

  Churn(LargeWorld world, long seed) {
    this.world = world;
    this.random = new Random(seed);
    this.batches = new String[world.namespaces() * LargeWorld.IN_NAMESPACE];
    Arrays.fill(batches, "0");
  }

  ObjectEvent next() {
    made++;
    int ns = random.nextInt(world.namespaces());
    int i = random.nextInt(LargeWorld.IN_NAMESPACE);
    int pod = ns * LargeWorld.IN_NAMESPACE + i;
    if (made % NAMESPACE_EVERY == 0) {
      return world.namespace("ns" + ns, made);
    }
    int kind = random.nextInt(1_000);
    if (kind < 600 && batches[pod] != null) {
      return pod(ObjectEvent.Type.MODIFIED, pod, batches[pod]);
    }
    if (kind < 800) {
      return world.event(ObjectEvent.Type.BOOKMARK, new ObjectKey("Pod", "", ""), Map.of());
    }
    if (kind < 900) {
      return slice(ns, i % LargeWorld.APPS);
    }
    if (kind < 980) {
      return world.node(random.nextInt(world.nodes()), made);
    }
    if (kind < 990) {
      String was = batches[pod];
      batches[pod] = was != null && random.nextBoolean() ? null : "" + random.nextInt(3);
      return batches[pod] == null
          ? pod(ObjectEvent.Type.DELETED, pod, was)
          : pod(ObjectEvent.Type.ADDED, pod, batches[pod]);
    }
    return kind < 995
        ? world.policy(ns, i % LargeWorld.APPS, random.nextInt(5))
        : service(ns, i % LargeWorld.APPS);
  }

  private ObjectEvent pod(ObjectEvent.Type type, int number, String batch) {
    int i = number % LargeWorld.IN_NAMESPACE;
    String app = "app" + i % LargeWorld.APPS;
    String namespace = "ns" + number / LargeWorld.IN_NAMESPACE;
    return world.pod(type, namespace, app + "-" + i / LargeWorld.APPS, app, number, batch, made);
  }

  private ObjectEvent service(int ns, int app) {
    String json =
        """
        {'spec':{'clusterIP':'10.96.%d.%d','selector':{'app':'app%d'},'ports':[{'port':80,
        'targetPort':%d}]}}
        """
            .formatted(ns, app + 1, app, 8080 + random.nextInt(2));
    return world.event(
        ObjectEvent.Type.MODIFIED, new ObjectKey("Service", "ns" + ns, "app" + app), tree(json));
  }

  private ObjectEvent slice(int ns, int app) {
    String json =
        """
        {'metadata':{'labels':{'kubernetes.io/service-name':'app%1$d'}},'addressType':'IPv4',
        'endpoints':[{'addresses':['10.64.%2$d.%3$d'],'conditions':{'ready':%4$s},'targetRef':
        {'kind':'Pod','name':'app%1$d-0'}}],'ports':[{'port':8080,'protocol':'TCP','name':''}]}
        """
            .formatted(app, ns, app + 2, random.nextBoolean());
    return world.event(
        ObjectEvent.Type.MODIFIED,
        new ObjectKey("EndpointSlice", "ns" + ns, "app" + app + "-x"),
        tree(json));
  }

  private static Map<String, Object> tree(String json) {
    return JsonTree.parse(json.replace('\'', '"').replace("\n", ""));
  }
}
