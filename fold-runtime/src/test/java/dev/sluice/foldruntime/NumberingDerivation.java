package dev.sluice.foldruntime;

import dev.sluice.schemas.Address;
import dev.sluice.schemas.AddressRow;
import dev.sluice.schemas.EventType;
import dev.sluice.schemas.Identity;
import dev.sluice.schemas.IdentityRow;
import dev.sluice.schemas.K8sObject;
import dev.sluice.schemas.Mark;
import dev.sluice.schemas.Revision;
import dev.sluice.schemas.topic.Topic;
import dev.sluice.schemas.topic.Topics;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;

/**
 * The smallest fold with every kind of output: each change of an object takes the next number; the
 * numbers are rows of one topic, every other object has a row in a second one, and every third
 * record makes a revision. One that says that a kind is whole changes nothing.
 */
class NumberingDerivation implements Derivation {
  private final TreeMap<String, Integer> numbers = new TreeMap<>();
  private int next = 256;
  private long position = -1;
  private String last = "";

  @Override
  public String name() {
    return "numbering";
  }

  @Override
  public List<Topic<?>> inputs() {
    return List.of(Topics.K8S_OBJECTS);
  }

  @Override
  public List<Output> outputs() {
    return List.of(
        Output.appended(Topics.REVISIONS),
        Output.grouped(Topics.IDENTITIES),
        Output.grouped(Topics.ADDRESSES));
  }

  @Override
  public void restore(byte[] image) {
    for (String line : new String(image, StandardCharsets.UTF_8).split("\n")) {
      String[] parts = line.split(" ");
      switch (parts[0]) {
        case "position" -> position = Long.parseLong(parts[1]);
        case "next" -> next = Integer.parseInt(parts[1]);
        default -> numbers.put(parts[0], Integer.parseInt(parts[1]));
      }
    }
  }

  @Override
  public byte[] image() {
    StringBuilder text = new StringBuilder("position " + position + "\nnext " + next + "\n");
    numbers.forEach((name, number) -> text.append(name).append(' ').append(number).append('\n'));
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public int format() {
    return 1;
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public List<OutputRow> rows() {
    List<OutputRow> rows = new ArrayList<>();
    if (position >= 0) {
      numbers.keySet().forEach(name -> add(rows, name));
      marks(rows);
    }
    return rows;
  }

  @Override
  public List<Group> apply(InputRecord record) {
    if (record.offset() <= position) {
      return List.of();
    }
    position = record.offset();
    K8sObject object = (K8sObject) record.value();
    String name = object.getName();
    last = name;
    if (name.equals("poison")) {
      throw new IllegalStateException("poisoned");
    }
    List<OutputRow> rows = new ArrayList<>();
    if (object.getType() == EventType.SYNCED) {
      marks(rows);
      return List.of(new Group(position, rows));
    }
    if (position % 3 == 0) {
      rows.add(revision(object));
    }
    if (object.getType() == EventType.DELETED) {
      numbers.remove(name);
      rows.add(OutputRow.remove(Topics.IDENTITIES, name, position));
      rows.add(OutputRow.remove(Topics.ADDRESSES, name, position));
    } else {
      numbers.put(name, next++);
      add(rows, name);
    }
    marks(rows);
    return List.of(new Group(position, rows));
  }

  @Override
  public void catchUp() {
    if (last.equals("late poison")) {
      throw new IllegalStateException("poisoned");
    }
  }

  private OutputRow revision(K8sObject object) {
    Revision revision =
        Revision.newBuilder()
            .setRevision(position)
            .setPosition(position)
            .setTime(Instant.ofEpochMilli(position))
            .setCause(object.getName())
            .setCauseType(object.getType().name())
            .setHash("" + next)
            .build();
    return new OutputRow(Topics.REVISIONS, Long.toString(position), position, revision, position);
  }

  private void add(List<OutputRow> rows, String name) {
    int number = numbers.get(name);
    rows.add(
        OutputRow.upsert(
            Topics.IDENTITIES,
            name,
            position,
            new IdentityRow(position, new Identity(number, List.of("k8s:name=" + name)))));
    if (name.hashCode() % 2 == 0) {
      Address address =
          Address.newBuilder().setPrefix("10.0.0.1/32").setIdentity(number).setNode("n").build();
      rows.add(
          OutputRow.upsert(Topics.ADDRESSES, name, position, new AddressRow(position, address)));
    }
  }

  private void marks(List<OutputRow> rows) {
    Mark mark = new Mark(position, 0L, "");
    rows.add(
        OutputRow.upsert(
            Topics.IDENTITIES, Topics.MARK_KEY, position, new IdentityRow(position, mark)));
    rows.add(
        OutputRow.upsert(
            Topics.ADDRESSES, Topics.MARK_KEY, position, new AddressRow(position, mark)));
  }
}
