package dev.sluice.bench.fold;

import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.log.ObjectKey;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;

/**
 * What goes on in a cluster, made of a seed. Now and then a namespace's label changes, which makes
 * other identities of a hundred; everything else comes in the shares of a {@link Mix}. Bodies are
 * what ingest writes, but small: a pod's has about 600 bytes.
 */
final class Churn {
  /** How many of a thousand records say what. */
  enum Mix {
    /**
     * A quiet day: of pods the status that the network does not look at, nodes that are still
     * there; of a thousand records twenty-two say something else.
     */
    QUIET(870, 108, 10, 10, 0, 1),

    /** Services whose slices change all the time, and somebody who writes policies. */
    BUSY(800, 80, 100, 10, 0, 5),

    /**
     * Everything is rolled out again, all the time: pods live their lives of eight records, of
     * which three make or take endpoints and addresses; slices follow them.
     */
    ROLLOUT(0, 40, 180, 0, 750, 15);

    private final int status;
    private final int node;
    private final int slice;
    private final int relabelled;
    private final int life;
    private final int policy;

    /** What is left to a thousand are Services. */
    Mix(int status, int node, int slice, int relabelled, int life, int policy) {
      this.status = status;
      this.node = node;
      this.slice = slice;
      this.relabelled = relabelled;
      this.life = life;
      this.policy = policy;
    }
  }

  private static final int NAMESPACE_EVERY = 50_000;

  private final LargeWorld world;
  private final Mix mix;
  private final Random random;

  /** The label of each pod. */
  private final String[] batches;

  private final PodStage[] stages;
  private int made;
  private String what = "";

  Churn(LargeWorld world, Mix mix, long seed) {
    this.world = world;
    this.mix = mix;
    this.random = new Random(seed);
    this.batches = new String[world.namespaces() * LargeWorld.IN_NAMESPACE];
    this.stages = new PodStage[batches.length];
    Arrays.fill(batches, "0");
    Arrays.fill(stages, PodStage.READY);
  }

  /** What the last record was, one word. */
  String what() {
    return what;
  }

  ObjectEvent next() {
    made++;
    int ns = random.nextInt(world.namespaces());
    int i = random.nextInt(LargeWorld.IN_NAMESPACE);
    int pod = ns * LargeWorld.IN_NAMESPACE + i;
    int app = i % LargeWorld.APPS;
    int share = random.nextInt(1_000);
    if (made % NAMESPACE_EVERY == 0) {
      what = "namespace-label";
      return world.namespace("ns" + ns, made);
    }
    if ((share -= mix.status) < 0) {
      what = "pod-status";
      return pod(ObjectEvent.Type.MODIFIED, pod);
    }
    if ((share -= mix.node) < 0) {
      what = "node-heartbeat";
      return world.node(random.nextInt(world.nodes()), made);
    }
    if ((share -= mix.slice) < 0) {
      what = "slice";
      return slice(ns, app);
    }
    if ((share -= mix.relabelled) < 0) {
      what = "pod-relabelled";
      batches[pod] = "" + random.nextInt(3);
      return pod(ObjectEvent.Type.MODIFIED, pod);
    }
    if ((share -= mix.life) < 0) {
      return live(pod);
    }
    if ((share -= mix.policy) < 0) {
      what = "policy";
      return world.policy(ns, app, random.nextInt(5));
    }
    what = "service";
    return service(ns, app);
  }

  private ObjectEvent live(int pod) {
    stages[pod] = stages[pod].next();
    what = "pod-" + stages[pod].name().toLowerCase(java.util.Locale.ROOT);
    return switch (stages[pod]) {
      case PENDING -> {
        batches[pod] = "" + random.nextInt(3);
        yield pod(ObjectEvent.Type.ADDED, pod);
      }
      case GONE -> pod(ObjectEvent.Type.DELETED, pod);
      default -> pod(ObjectEvent.Type.MODIFIED, pod);
    };
  }

  private ObjectEvent pod(ObjectEvent.Type type, int number) {
    int i = number % LargeWorld.IN_NAMESPACE;
    String app = "app" + i % LargeWorld.APPS;
    return world.pod(
        type,
        "ns" + number / LargeWorld.IN_NAMESPACE,
        app + "-" + i / LargeWorld.APPS,
        app,
        number,
        batches[number],
        made,
        stages[number]);
  }

  private ObjectEvent service(int ns, int app) {
    String json =
        """
        {'spec':{'clusterIP':'10.96.%d.%d','selector':{'app':'app%d'},'ports':[{'port':80,
        'targetPort':%d}]}}
        """
            .formatted(ns, app + 1, app, 8080 + random.nextInt(2));
    return changed(new ObjectKey("Service", "ns" + ns, "app" + app), json);
  }

  private ObjectEvent slice(int ns, int app) {
    String json =
        """
        {'metadata':{'labels':{'kubernetes.io/service-name':'app%1$d'}},'addressType':'IPv4',
        'endpoints':[{'addresses':['10.64.%2$d.%3$d'],'conditions':{'ready':%4$s},'targetRef':
        {'kind':'Pod','name':'app%1$d-0'}}],'ports':[{'port':8080,'protocol':'TCP','name':''}]}
        """
            .formatted(app, ns, app + 2, random.nextBoolean());
    return changed(new ObjectKey("EndpointSlice", "ns" + ns, "app" + app + "-x"), json);
  }

  private ObjectEvent changed(ObjectKey key, String json) {
    Map<String, Object> body = Template.tree(json);
    return world.event(ObjectEvent.Type.MODIFIED, key, body);
  }
}
