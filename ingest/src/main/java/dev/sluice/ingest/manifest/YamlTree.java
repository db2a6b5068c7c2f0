package dev.sluice.ingest.manifest;

import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.snakeyaml.engine.v2.api.ConstructNode;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.common.ScalarStyle;
import org.snakeyaml.engine.v2.composer.Composer;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import org.snakeyaml.engine.v2.schema.CoreSchema;

/**
 * YAML 1.2 text (JSON is some) to the tree that core reads, with lines. Words that are truth values
 * to kubectl are so here: it would refuse them as text. One instance a file: it counts, so that
 * aliases of aliases cannot grow without bound.
 */
final class YamlTree {
  /** A value and where it and its parts stand. */
  record Document(Object value, Lines lines) {}

  private static final int LARGEST_NODE_COUNT = 2_000_000;
  private static final int LARGEST_DEPTH = 100;
  private static final String TOO_LARGE =
      "nested too deeply or too large: check aliases and anchors";
  private static final CoreSchema SCHEMA = new CoreSchema();
  private static final Map<Tag, ConstructNode> SCALARS = SCHEMA.getSchemaTagConstructors();
  private static final LoadSettings SETTINGS =
      LoadSettings.builder()
          .setSchema(SCHEMA)
          .setCodePointLimit(Integer.MAX_VALUE)
          .setMaxAliasesForCollections(1000)
          .build();

  private int count;

  /** Every document that is not empty. */
  List<Document> read(String text) throws ManifestException {
    List<Document> documents = new ArrayList<>();
    try {
      Composer nodes = new Composer(SETTINGS, ShallowEvents.of(text, SETTINGS, LARGEST_DEPTH));
      while (nodes.hasNext()) {
        Document document = convert(nodes.next(), "", 0);
        if (document.value() != null) {
          documents.add(document);
        }
      }
    } catch (ShallowEvents.TooDeepException e) {
      throw new ManifestException("too-large", e.line(), "", TOO_LARGE);
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().or(e::getContextMark).map(mark -> mark.getLine() + 1).orElse(0);
      String context =
          e.getContext() == null || e.getContext().isBlank() ? "" : e.getContext() + ", ";
      throw new ManifestException("yaml", line, "", "not YAML: " + context + e.getProblem());
    } catch (YamlEngineException e) {
      throw new ManifestException("yaml", 0, "", "not YAML: " + e.getMessage());
    }
    return documents;
  }

  private Document convert(Node node, String path, int depth) throws ManifestException {
    int line = line(node);
    if (++count > LARGEST_NODE_COUNT || depth > LARGEST_DEPTH) {
      throw new ManifestException("too-large", line, path, TOO_LARGE);
    }
    return switch (node) {
      case MappingNode mapping -> mapping(mapping, path, depth);
      case SequenceNode sequence -> sequence(sequence, path, depth);
      case ScalarNode scalar -> new Document(scalar(scalar, path), Lines.leaf(line));
      default -> throw new ManifestException("yaml", line, path, "not YAML: an alias to nothing");
    };
  }

  private Document mapping(MappingNode node, String path, int depth) throws ManifestException {
    Map<String, Object> values = new TreeMap<>();
    Map<String, Lines> fields = new HashMap<>();
    for (NodeTuple tuple : node.getValue()) {
      String key = key(tuple.getKeyNode(), path);
      int line = line(tuple.getKeyNode());
      String below = path.isEmpty() ? key : path + "." + key;
      if (values.containsKey(key)) {
        throw new ManifestException(
            "duplicate-field",
            line,
            below,
            "the field stands here a second time, first on line " + fields.get(key).line());
      }
      Document value = convert(tuple.getValueNode(), below, depth + 1);
      values.put(key, value.value());
      fields.put(key, new Lines(line, value.lines().fields(), value.lines().items()));
    }
    return new Document(
        Collections.unmodifiableMap(values), new Lines(line(node), fields, List.of()));
  }

  private Document sequence(SequenceNode node, String path, int depth) throws ManifestException {
    List<Object> values = new ArrayList<>();
    List<Lines> items = new ArrayList<>();
    for (Node item : node.getValue()) {
      Document value = convert(item, path + "[" + values.size() + "]", depth + 1);
      values.add(value.value());
      items.add(value.lines());
    }
    return new Document(
        Collections.unmodifiableList(values), new Lines(line(node), Map.of(), items));
  }

  private static String key(Node node, String path) throws ManifestException {
    if (!(node instanceof ScalarNode scalar)) {
      throw new ManifestException("wrong-type", line(node), path, "a field's name must be a text");
    }
    return scalar.getValue();
  }

  private static Object scalar(ScalarNode node, String path) throws ManifestException {
    if (node.getTag().equals(Tag.STR)) {
      return node.getScalarStyle() == ScalarStyle.PLAIN ? plain(node.getValue()) : node.getValue();
    }
    ConstructNode construct = SCALARS.get(node.getTag());
    if (construct == null) {
      throw new ManifestException(
          "yaml", line(node), path, "tag " + node.getTag().getValue() + " is not read: remove it");
    }
    Object value = construct.construct(node);
    return switch (value) {
      case Integer number -> (Object) number.longValue();
      case Long number -> number;
      case BigInteger number -> number.doubleValue();
      case Number number -> number.doubleValue();
      case Optional<?> nothing -> nothing.orElse(null);
      case null -> null;
      case Boolean flag -> flag;
      default -> value.toString();
    };
  }

  /** A truth value where YAML 1.1 has one that 1.2 has not; but y and n are names of things. */
  private static Object plain(String text) {
    return switch (text) {
      case "yes", "Yes", "YES", "on", "On", "ON" -> true;
      case "no", "No", "NO", "off", "Off", "OFF" -> false;
      default -> text;
    };
  }

  private static int line(Node node) {
    return node.getStartMark().map(mark -> mark.getLine() + 1).orElse(0);
  }
}
