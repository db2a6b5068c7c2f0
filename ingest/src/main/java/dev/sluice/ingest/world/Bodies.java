package dev.sluice.ingest.world;

import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.net.IpAddress;
import dev.sluice.ingest.manifest.ContentHash;
import dev.sluice.ingest.manifest.Manifest;
import dev.sluice.ingest.port.SourceObject;
import dev.sluice.schemas.convert.JsonTree;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Objects as they go into the log: the manifest's body with what a control plane would add. */
final class Bodies {
  private Bodies() {}

  /** An object that is not a pod. */
  static SourceObject plain(Manifest manifest) {
    Map<String, Object> body = new TreeMap<>(manifest.body());
    String uid = Expansion.uid(manifest);
    Map<String, Object> metadata = new TreeMap<>(Expansion.map(body, "metadata"));
    metadata.put("uid", uid);
    if (manifest.key().kind().equals("Namespace")) {
      metadata.put("labels", namespaceLabels(manifest.key().name(), metadata.get("labels")));
    }
    body.put("metadata", metadata);
    return object(manifest.key(), manifest.apiVersion(), uid, manifest.who(), body);
  }

  /** A namespace that objects live in and no manifest declares. */
  static SourceObject impliedNamespace(String name, String who) {
    ObjectKey key = new ObjectKey("Namespace", "", name);
    String uid = ContentHash.uuid(key.toString());
    Map<String, Object> body = new TreeMap<>();
    body.put("apiVersion", "v1");
    body.put("kind", "Namespace");
    body.put(
        "metadata",
        new TreeMap<>(Map.of("name", name, "uid", uid, "labels", namespaceLabels(name, null))));
    return object(key, "v1", uid, who, body);
  }

  /** A pod at its place. */
  static SourceObject pod(Manifest manifest, PodPlace place, List<IpAddress> hostAddresses) {
    Map<String, Object> body = new TreeMap<>(manifest.body());
    Map<String, Object> metadata = new TreeMap<>(Expansion.map(body, "metadata"));
    metadata.put("uid", place.uid());
    body.put("metadata", metadata);
    body.put("spec", place.spec());
    Map<String, Object> status = new TreeMap<>(Expansion.map(body, "status"));
    status.putIfAbsent("phase", place.waits() ? "Pending" : "Running");
    if (!place.addresses().isEmpty()) {
      status.put("podIP", place.addresses().getFirst().toString());
      status.put("podIPs", addresses(place.addresses()));
    }
    if (!hostAddresses.isEmpty()) {
      status.put("hostIP", hostAddresses.getFirst().toString());
      status.put("hostIPs", addresses(hostAddresses));
    }
    body.put("status", status);
    return object(manifest.key(), manifest.apiVersion(), place.uid(), manifest.who(), body);
  }

  /** A pod's spec with the node it is on. */
  static Map<String, Object> spec(Manifest manifest, String node) {
    Map<String, Object> spec = new TreeMap<>(Expansion.map(manifest.body(), "spec"));
    if (!node.isEmpty()) {
      spec.put("nodeName", node);
    }
    return spec;
  }

  private static List<Object> addresses(List<IpAddress> addresses) {
    List<Object> list = new ArrayList<>();
    addresses.forEach(address -> list.add(Map.of("ip", address.toString())));
    return list;
  }

  private static Map<String, Object> namespaceLabels(String name, Object declared) {
    Map<String, Object> labels = new TreeMap<>();
    if (declared instanceof Map<?, ?> map) {
      map.forEach((key, value) -> labels.put(key.toString(), value));
    }
    labels.put("kubernetes.io/metadata.name", name);
    return labels;
  }

  private static SourceObject object(
      ObjectKey key, String apiVersion, String uid, String who, Map<String, Object> body) {
    String text = JsonTree.print(body);
    return new SourceObject(key, apiVersion, uid, ContentHash.of(text), who, text);
  }
}
