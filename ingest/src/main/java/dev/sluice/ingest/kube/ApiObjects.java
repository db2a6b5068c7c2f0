package dev.sluice.ingest.kube;

import dev.sluice.core.log.ObjectKey;
import dev.sluice.ingest.port.SourceObject;
import dev.sluice.schemas.convert.JsonTree;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ManagedFieldsEntry;
import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Objects of the API server as the log keeps them: keys sorted, managedFields left out. */
final class ApiObjects {
  private ApiObjects() {}

  static ObjectKey key(WatchedKind kind, GenericKubernetesResource resource) {
    String namespace = resource.getMetadata().getNamespace();
    return new ObjectKey(
        kind.kind(), namespace == null ? "" : namespace, resource.getMetadata().getName());
  }

  static SourceObject object(WatchedKind kind, GenericKubernetesResource resource) {
    ObjectMeta metadata = resource.getMetadata();
    String who = who(metadata);
    metadata.setManagedFields(null);
    Map<String, Object> body = new TreeMap<>(JsonTree.parse(Serialization.asJson(resource)));
    // Items of a list come without these two.
    body.put("apiVersion", kind.apiVersion());
    body.put("kind", kind.kind());
    return new SourceObject(
        key(kind, resource),
        kind.apiVersion(),
        text(metadata.getUid()),
        text(metadata.getResourceVersion()),
        who,
        JsonTree.print(sorted(body)));
  }

  /** The field manager that changed the object last; its status is not what somebody wanted. */
  private static String who(ObjectMeta metadata) {
    List<ManagedFieldsEntry> entries =
        metadata.getManagedFields() == null ? List.of() : metadata.getManagedFields();
    return entries.stream()
        .filter(entry -> entry.getManager() != null)
        .filter(entry -> !"status".equals(entry.getSubresource()))
        .max(Comparator.comparing(entry -> text(entry.getTime())))
        .map(ManagedFieldsEntry::getManager)
        .orElse("");
  }

  private static Map<String, Object> sorted(Map<?, ?> object) {
    Map<String, Object> sorted = new TreeMap<>();
    object.forEach((key, value) -> sorted.put(key.toString(), sorted(value)));
    return sorted;
  }

  private static Object sorted(Object value) {
    return switch (value) {
      case Map<?, ?> map -> sorted(map);
      case List<?> list -> {
        List<Object> items = new ArrayList<>(list.size());
        list.forEach(item -> items.add(sorted(item)));
        yield items;
      }
      case null -> null;
      default -> value;
    };
  }

  private static String text(String value) {
    return value == null ? "" : value;
  }
}
