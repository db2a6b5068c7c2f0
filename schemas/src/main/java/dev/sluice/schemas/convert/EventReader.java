package dev.sluice.schemas.convert;

import dev.sluice.core.compile.LogFold;
import dev.sluice.core.log.LazyTree;
import dev.sluice.core.log.ObjectEvent;
import dev.sluice.core.log.ObjectKey;
import dev.sluice.schemas.EventType;
import dev.sluice.schemas.K8sObject;
import dev.sluice.schemas.serde.TopicSerdes;
import dev.sluice.schemas.serde.WireFormat;
import dev.sluice.schemas.topic.Topics;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.apache.avro.SchemaNormalization;
import org.apache.kafka.common.serialization.Deserializer;

/**
 * Reads many records of topic k8s.objects ahead of a fold, straight from their bytes, and does
 * there what the fold would have to: it has what folds read of each ready, and gives an object's
 * records one key, and one array of what is read as long as that says the same, so that who looks
 * for them compares one reference. Records of another schema, and bytes that are not as expected,
 * are left to the topic's deserializer. For one thread.
 */
public final class EventReader {
  /** Then it begins anew: objects that are gone would stay for ever. */
  private static final int MOST_OBJECTS = 1 << 18;

  private static final EventType[] TYPES = EventType.values();
  private static final String OWN_FORM =
      SchemaNormalization.toParsingForm(K8sObject.getClassSchema());

  /** What the last record of an object held. */
  private static final class Known {
    private final ObjectKey key;
    private final String apiVersion;
    private final LastText uid = new LastText();
    private final LastText who = new LastText();

    /** What {@link LogFold#prepare} gave. */
    private byte[] read;

    private Known(ObjectKey key, String apiVersion) {
      this.key = key;
      this.apiVersion = apiVersion;
    }
  }

  /** A text that is often the same again. */
  private static final class LastText {
    private byte[] bytes;
    private String text;

    private String of(RecordFields.Text field, byte[] in) {
      if (bytes == null || !Arrays.equals(bytes, 0, bytes.length, in, field.from(), field.to())) {
        bytes = Arrays.copyOfRange(in, field.from(), field.to());
        text = field.in(in);
      }
      return text;
    }
  }

  private final TopicSerdes serdes;
  private final Deserializer<K8sObject> deserializer;
  private final CanonicalJson json = new CanonicalJson();
  private final RecordFields fields = new RecordFields();
  private final Map<ByteRange, Known> objects = new HashMap<>();
  private final Map<Integer, Boolean> ownSchemas = new HashMap<>();
  private final ByteRange probe = new ByteRange();

  /** Kinds, namespaces and versions, each once. */
  private final Map<String, String> words = new HashMap<>();

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
    ObjectEvent event =
        new ObjectEvent(
            offset,
            ObjectEvents.type(TYPES[fields.type], offset),
            object.key,
            object.apiVersion,
            object.uid.of(fields.uid, record),
            fields.resourceVersion.in(record),
            fields.timeMillis,
            object.who.of(fields.who, record),
            fields.epoch,
            fields.base,
            body(record));
    object.read = LogFold.prepare(event, object.read);
    return event;
  }

  private Known object(byte[] record) {
    probe.set(record, fields.object.from(), fields.object.to());
    Known known = objects.get(probe);
    if (known == null) {
      if (objects.size() == MOST_OBJECTS) {
        objects.clear();
        words.clear();
      }
      known =
          new Known(
              new ObjectKey(
                  word(fields.kind.in(record)),
                  word(fields.namespace.in(record)),
                  fields.name.in(record)),
              word(fields.apiVersion.in(record)));
      objects.put(probe.copy(), known);
    }
    return known;
  }

  private String word(String text) {
    String known = words.putIfAbsent(text, text);
    return known == null ? text : known;
  }

  private Map<String, Object> body(byte[] record) {
    RecordFields.Text text = fields.body;
    if (text.isEmpty()) {
      return Map.of();
    }
    if (!isAscii(record, text.from(), text.to())) {
      return ObjectEvents.body(text.in(record)); // it may be no UTF-8
    }
    int from = text.from();
    int length = text.to() - from;
    byte[] canonical = json.of(record, from, text.to());
    return canonical == null
        ? JsonTree.parse(text.in(record))
        : new LazyTree(
            canonical,
            () -> JsonTree.parse(new String(record, from, length, StandardCharsets.UTF_8)));
  }

  private static boolean isAscii(byte[] bytes, int from, int to) {
    int all = 0;
    for (int i = from; i < to; i++) {
      all |= bytes[i];
    }
    return all >= 0;
  }
}
