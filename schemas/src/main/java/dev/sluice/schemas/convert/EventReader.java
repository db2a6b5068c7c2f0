package dev.sluice.schemas.convert;

import dev.sluice.core.cluster.ReadFields;
import dev.sluice.core.compile.LogFold;
import dev.sluice.core.log.LazyTree;
import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.core.log.Projection;
import dev.sluice.schemas.EventType;
import dev.sluice.schemas.K8sObject;
import dev.sluice.schemas.serde.TopicSerdes;
import dev.sluice.schemas.serde.WireFormat;
import dev.sluice.schemas.topic.Topics;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.avro.SchemaNormalization;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Reads many records of topic k8s.objects ahead of a fold, straight from their bytes, and does
 * there what the fold would have to: it has what folds read of each ready, and gives an object's
 * records one key, and says of a record whether it says anything new. Records of another schema,
 * and bytes that are not as expected, are left to the topic's deserializer. For one thread.
 */
public final class EventReader {
  /** Then it begins anew: what is gone would stay for ever. */
  private static final int MOST = 1 << 18;

  private static final EventType[] TYPES = EventType.values();
  private static final byte[][] TYPE_NAMES =
      Stream.of(ObjectEvent.Type.values())
          .map(type -> type.name().getBytes(StandardCharsets.UTF_8))
          .toArray(byte[][]::new);
  private static final String OWN_FORM =
      SchemaNormalization.toParsingForm(K8sObject.getClassSchema());

  /** An object, and what its last record said. */
  private static final class Known {
    private final ObjectKey key;
    private final String apiVersion;
    private final String uid;

    /** Of the kind; null when all of it is read. */
    private final JsonShapes shapes;

    /** What {@link LogFold#prepare} gave, and the record's epoch. */
    private byte[] read;

    private long epoch;

    /** Whether a later record has the key with another uid or version. */
    private boolean replaced;

    private Known(ObjectKey key, String apiVersion, String uid, JsonShapes shapes) {
      this.key = key;
      this.apiVersion = apiVersion;
      this.uid = uid;
      this.shapes = shapes;
    }
  }

  private final TopicSerdes serdes;
  private final Deserializer<K8sObject> deserializer;
  private final CanonicalJson json = new CanonicalJson();
  private final RecordFields fields = new RecordFields();
  private final Map<Integer, Boolean> ownSchemas = new HashMap<>();
  private final Map<String, JsonShapes> shapes = new HashMap<>();
  private ByteTable<Known> objects = new ByteTable<>();

  /** Of {@link #objects} the one that had a record last, for each key. */
  private final Map<ObjectKey, Known> current = new HashMap<>();

  /** Kinds, namespaces, versions and who writes, each once. */
  private ByteTable<String> words = new ByteTable<>();

  private int lastSchema = -1;
  private boolean lastIsOwn;

  public EventReader(TopicSerdes serdes) {
    this.serdes = serdes;
    this.deserializer = serdes.values(Topics.K8S_OBJECTS).deserializer();
  }

  /**
   * What {@link ObjectEvents#fromAvro} gives for what the topic's deserializer reads.
   *
   * @param record the record's value, not null; kept by what comes out, and not to be changed
   * @param offset its place in the topic
   * @throws org.apache.kafka.common.errors.SerializationException when it cannot be read
   * @throws IllegalArgumentException as {@code fromAvro}
   */
  public ObjectEvent read(byte[] record, long offset) {
    int schema = WireFormat.schemaId(record);
    if (isOwn(schema)
        && fields.read(record, WireFormat.HEADER_BYTES)
        && fields.type < TYPES.length) {
      return prepared(record, offset);
    }
    ObjectEvent event = ObjectEvents.fromAvro(deserializer.deserialize("", record), offset);
    noteSchema(schema);
    Known object = current.get(event.key());
    if (object != null) {
      object.read = null; // the next one follows on this one
    }
    return event;
  }

  /** Whether records with a schema's id hold the fields of ours, in their order. */
  private boolean isOwn(int schema) {
    if (schema != lastSchema) {
      lastSchema = schema;
      lastIsOwn = ownSchemas.getOrDefault(schema, false);
    }
    return lastIsOwn;
  }

  /** To be asked after a record of it was read: then the registry has it. */
  private void noteSchema(int schema) {
    ownSchemas.computeIfAbsent(
        schema, id -> SchemaNormalization.toParsingForm(serdes.schema(id)).equals(OWN_FORM));
    lastSchema = -1;
  }

  private ObjectEvent prepared(byte[] record, long offset) {
    Known object = object(record);
    ObjectEvent.Type type = ObjectEvents.type(TYPES[fields.type], offset);
    byte[] head = fields.head(record, offset, TYPE_NAMES[type.ordinal()]);
    boolean shaped = head != null && object.shapes != null && shaped(object.shapes, record);
    Map<String, Object> body =
        shaped ? lazy(object.shapes.canonical(), record) : body(record, object.shapes);
    ObjectEvent event =
        new ObjectEvent(
            offset,
            type,
            object.key,
            object.apiVersion,
            object.uid,
            fields.resourceVersion.in(record),
            fields.timeMillis,
            word(fields.who, record),
            fields.epoch,
            fields.base,
            body);
    if (head != null && body instanceof LazyTree lazy) {
      lazy.head(event, head);
    }
    // What a record of another epoch said may have been dropped by the fold.
    byte[] before = object.epoch == fields.epoch ? object.read : null;
    boolean there = type == ObjectEvent.Type.ADDED || type == ObjectEvent.Type.MODIFIED;
    if (shaped && there) {
      boolean again = before != null && object.shapes.hasRead(before);
      object.read = again ? before : object.shapes.read();
      LogFold.prepare(event, (LazyTree) body, object.read, again);
    } else {
      object.read = LogFold.prepare(event, before);
    }
    object.epoch = fields.epoch;
    return event;
  }

  /** Whether the body is of a shape that is known; what is read of the record is then, too. */
  private boolean shaped(JsonShapes shapes, byte[] record) {
    if (!shapes.read(record, fields.body.from(), fields.body.to())) {
      return false;
    }
    shapes.beside(record, fields.uid.from(), fields.uid.to());
    shapes.beside(record, fields.who.from(), fields.who.to());
    return true;
  }

  private Known object(byte[] record) {
    int from = fields.object.from();
    int to = fields.object.to();
    Known known = objects.get(record, from, to);
    if (known == null || known.replaced) {
      if (known != null || objects.size() == MOST) {
        objects = new ByteTable<>();
        current.clear();
      }
      String kind = word(fields.kind, record);
      known =
          new Known(
              new ObjectKey(kind, word(fields.namespace, record), fields.name.in(record)),
              word(fields.apiVersion, record),
              fields.uid.in(record),
              shapes(kind));
      objects.add(record, from, to, known);
      Known before = current.put(known.key, known);
      if (before != null) {
        before.replaced = true;
      }
    }
    return known;
  }

  private JsonShapes shapes(String kind) {
    Projection read = ReadFields.of(kind);
    return read == null ? null : shapes.computeIfAbsent(kind, unused -> new JsonShapes(read));
  }

  private String word(RecordFields.Text field, byte[] record) {
    String known = words.get(record, field.from(), field.to());
    if (known == null) {
      if (words.size() == MOST) {
        words = new ByteTable<>();
      }
      known = field.in(record);
      words.add(record, field.from(), field.to(), known);
    }
    return known;
  }

  private Map<String, Object> body(byte[] record, JsonShapes shapes) {
    RecordFields.Text text = fields.body;
    if (text.isEmpty()) {
      return Map.of();
    }
    if (!RecordFields.isAscii(record, text.from(), text.to())) {
      return ObjectEvents.body(text.in(record)); // it may be no UTF-8
    }
    byte[] canonical = json.of(record, text.from(), text.to());
    if (canonical == null) {
      return JsonTree.parse(text.in(record));
    }
    if (shapes != null) {
      shapes.learn(record, text.from(), text.to());
    }
    return lazy(canonical, record);
  }

  private LazyTree lazy(byte[] canonical, byte[] record) {
    int from = fields.body.from();
    int length = fields.body.to() - from;
    return new LazyTree(
        canonical, () -> JsonTree.parse(new String(record, from, length, StandardCharsets.UTF_8)));
  }
}
