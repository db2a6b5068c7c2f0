package dev.sluice.lab;

import dev.sluice.schemas.DesiredRow;
import dev.sluice.schemas.K8sObject;
import dev.sluice.schemas.Mark;
import dev.sluice.schemas.convert.JsonTree;
import dev.sluice.schemas.topic.TopicReader;
import dev.sluice.schemas.topic.Topics;
import java.util.HashMap;
import java.util.Map;

/**
 * What the lab remembers of the log: which pods it says shall run, which files ingest has read, and
 * how far the compiled policy is. Fed by two followers, asked by everyone; thread-safe.
 */
final class ObjectLog {
  private static final String POD = "Pod";

  /** A file that ingest has taken in whole. */
  private record Read(String hash, long offset) {}

  private final Kubelet kubelet;
  private final long since;
  private final Map<String, PodSpec> pods = new HashMap<>();
  private final Map<String, Read> files = new HashMap<>();
  private final ServiceNames names;
  private boolean synced;
  private long epoch = Long.MIN_VALUE;
  private long lastObject = -1;
  private long markPosition = -1;
  private long markRevision;

  /**
   * @param since ms since 1970; pods run once ingest has listed them at or after this
   */
  ObjectLog(Kubelet kubelet, LabDns dns, long since) {
    this.names = new ServiceNames(dns);
    this.kubelet = kubelet;
    this.since = since;
  }

  /** A record of topic k8s.objects. */
  synchronized void object(TopicReader.Entry<K8sObject> entry) {
    K8sObject object = entry.value();
    if (object == null || object.getEpoch() < epoch) {
      return;
    }
    epoch = object.getEpoch();
    boolean pod = object.getKind().equals(POD);
    switch (object.getType()) {
      case ADDED, MODIFIED -> {
        lastObject = entry.offset();
        if (pod) {
          pod(object);
        } else {
          names.changed(object);
        }
      }
      case DELETED -> {
        lastObject = entry.offset();
        if (pod) {
          remove(object.getNamespace() + "/" + object.getName());
        } else {
          names.gone(object);
        }
      }
      case SYNCED -> {
        if (pod) {
          synced(object.getTime().toEpochMilli());
        }
      }
      case BOOKMARK ->
          files.put(object.getName(), new Read(object.getResourceVersion(), entry.offset()));
      case GENESIS, SYNC_STARTED, UNKNOWN -> {}
    }
  }

  private void pod(K8sObject object) {
    String key = object.getNamespace() + "/" + object.getName();
    PodSpec spec =
        PodSpec.of(
            object.getNamespace(),
            object.getName(),
            object.getUid(),
            JsonTree.parse(object.getBody()));
    if (spec == null) {
      remove(key);
      return;
    }
    pods.put(key, spec);
    if (synced) {
      kubelet.want(key, spec);
    }
  }

  private void remove(String key) {
    pods.remove(key);
    if (synced) {
      kubelet.want(key, null);
    }
  }

  private void synced(long time) {
    if (!synced && time >= since) {
      synced = true;
      pods.forEach(kubelet::want);
    }
  }

  /** A record of topic desired. */
  synchronized void desired(TopicReader.Entry<DesiredRow> entry) {
    if (Topics.MARK_KEY.equals(entry.key())
        && entry.value() != null
        && entry.value().getEntry() instanceof Mark mark
        && mark.getPosition() >= markPosition) {
      markPosition = mark.getPosition();
      markRevision = mark.getRevision();
    }
  }

  /** Whether ingest has read the file in this form; an empty hash means that it is gone. */
  synchronized boolean hasRead(String file, String hash) {
    Read read = files.get(file);
    return read != null && read.hash().equals(hash);
  }

  /** Offset of the last object's record; -1 before the first. */
  synchronized long lastObject() {
    return lastObject;
  }

  /** Whether ingest has listed the pods since the lab started. */
  synchronized boolean synced() {
    return synced;
  }

  synchronized long markPosition() {
    return markPosition;
  }

  synchronized long revision() {
    return markRevision;
  }
}
