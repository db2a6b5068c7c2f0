package dev.sluice.core.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Reads {@code icmps}: types of ICMP by number or name, for one family each. */
final class IcmpReader {
  private static final FieldTable ENTRY = FieldTable.of("fields");
  private static final FieldTable FIELD = FieldTable.of("family", "type");
  private static final int MOST_FIELDS = 40;
  private static final int LAST_TYPE = 255;

  /** Source: the type names of Cilium's {@code pkg/policy/api/icmp.go}. */
  private static final Map<String, Integer> V4 =
      Map.ofEntries(
          Map.entry("EchoReply", 0),
          Map.entry("DestinationUnreachable", 3),
          Map.entry("Redirect", 5),
          Map.entry("Echo", 8),
          Map.entry("EchoRequest", 8),
          Map.entry("RouterAdvertisement", 9),
          Map.entry("RouterSelection", 10),
          Map.entry("TimeExceeded", 11),
          Map.entry("ParameterProblem", 12),
          Map.entry("Timestamp", 13),
          Map.entry("TimestampReply", 14),
          Map.entry("Photuris", 40),
          Map.entry("ExtendedEchoRequest", 42),
          Map.entry("ExtendedEchoReply", 43));

  private static final Map<String, Integer> V6 =
      Map.ofEntries(
          Map.entry("DestinationUnreachable", 1),
          Map.entry("PacketTooBig", 2),
          Map.entry("TimeExceeded", 3),
          Map.entry("ParameterProblem", 4),
          Map.entry("EchoRequest", 128),
          Map.entry("EchoReply", 129),
          Map.entry("MulticastListenerQuery", 130),
          Map.entry("MulticastListenerReport", 131),
          Map.entry("MulticastListenerDone", 132),
          Map.entry("RouterSolicitation", 133),
          Map.entry("RouterAdvertisement", 134),
          Map.entry("NeighborSolicitation", 135),
          Map.entry("NeighborAdvertisement", 136),
          Map.entry("RedirectMessage", 137),
          Map.entry("RouterRenumbering", 138),
          Map.entry("ICMPNodeInformationQuery", 139),
          Map.entry("ICMPNodeInformationResponse", 140),
          Map.entry("InverseNeighborDiscoverySolicitation", 141),
          Map.entry("InverseNeighborDiscoveryAdvertisement", 142),
          Map.entry("HomeAgentAddressDiscoveryRequest", 144),
          Map.entry("HomeAgentAddressDiscoveryReply", 145),
          Map.entry("MobilePrefixSolicitation", 146),
          Map.entry("MobilePrefixAdvertisement", 147),
          Map.entry("DuplicateAddressRequestCodeSuffix", 157),
          Map.entry("DuplicateAddressConfirmationCodeSuffix", 158),
          Map.entry("ExtendedEchoRequest", 160),
          Map.entry("ExtendedEchoReply", 161));

  private final Reading reading;

  IcmpReader(Reading reading) {
    this.reading = reading;
  }

  /** The types of all entries. */
  List<TrafficRule.PortRule> read(List<?> entries, String path) {
    List<TrafficRule.PortRule> rules = new ArrayList<>();
    for (int i = 0; i < entries.size(); i++) {
      String at = Reading.at(path, i);
      reading
          .object(entries.get(i), at, "write fields: [{family: IPv4, type: 8}]")
          .ifPresent(entry -> entry(entry, at, rules));
    }
    return rules;
  }

  private void entry(Map<String, Object> entry, String path, List<TrafficRule.PortRule> rules) {
    boolean known = ENTRY.check(entry, path, reading);
    String at = Reading.at(path, "fields");
    List<?> fields =
        reading.list(entry, "fields", path, "write [{family: IPv4, type: 8}]").orElse(null);
    if (fields == null ? known && entry.get("fields") == null : fields.isEmpty()) {
      reading.refuse("missing-field", at, "no type is given: list the types, fields: [{type: 8}]");
    }
    if (fields == null) {
      return;
    }
    if (fields.size() > MOST_FIELDS) {
      reading.refuse(
          "bad-value",
          at,
          "at most "
              + MOST_FIELDS
              + " types stand in one list and here are "
              + fields.size()
              + ": write another entry of icmps");
    }
    for (int i = 0; i < fields.size(); i++) {
      String fieldAt = Reading.at(at, i);
      reading
          .object(fields.get(i), fieldAt, "write {family: IPv4, type: 8}")
          .flatMap(field -> field(field, fieldAt))
          .ifPresent(rules::add);
    }
  }

  private Optional<TrafficRule.PortRule> field(Map<String, Object> object, String path) {
    boolean known = FIELD.check(object, path, reading);
    Optional<PortProtocol> family = family(object, path);
    if (object.get("type") == null) {
      if (known) {
        reading.refuse(
            "missing-field", Reading.at(path, "type"), "type is missing: write type: EchoRequest");
      }
      return Optional.empty();
    }
    return family.flatMap(
        one ->
            type(object, path, one)
                .map(
                    type ->
                        new TrafficRule.PortRule(
                            path, one, new TrafficRule.Ports.Range(type, type), L7Rules.NONE)));
  }

  private Optional<PortProtocol> family(Map<String, Object> object, String path) {
    if (object.get("family") == null || object.get("family").equals("")) {
      return Optional.of(PortProtocol.ICMP);
    }
    return reading
        .string(object, "family", path)
        .flatMap(
            family -> {
              switch (family) {
                case "IPv4":
                  return Optional.of(PortProtocol.ICMP);
                case "IPv6":
                  return Optional.of(PortProtocol.ICMPV6);
                default:
                  reading.refuse(
                      "bad-value",
                      Reading.at(path, "family"),
                      "unknown family " + family + ": write IPv4 or IPv6");
                  return Optional.empty();
              }
            });
  }

  /** A number, also as a text of digits, or a name of the family. */
  private Optional<Integer> type(Map<String, Object> object, String path, PortProtocol family) {
    Object value = object.get("type");
    String at = Reading.at(path, "type");
    if (value instanceof String text && !text.matches("[0-9]{1,9}")) {
      Map<String, Integer> names = family == PortProtocol.ICMP ? V4 : V6;
      if (!names.containsKey(text)) {
        reading.refuse(
            "bad-value",
            at,
            "no type of "
                + (family == PortProtocol.ICMP ? "IPv4" : "IPv6")
                + "'s ICMP is called "
                + text
                + ": "
                + Nearest.of(text, names.keySet())
                    .map(match -> "did you mean " + match.word() + "?")
                    .orElse("write its number"));
      }
      return Optional.ofNullable(names.get(text));
    }
    Object number = value instanceof String text ? Long.valueOf(text) : value;
    return reading.number(Map.of("type", number), "type", path, 0, LAST_TYPE);
  }
}
