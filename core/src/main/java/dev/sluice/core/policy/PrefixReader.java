package dev.sluice.core.policy;

import dev.sluice.core.net.IpAddress;
import dev.sluice.core.net.Prefix;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/** Reads prefixes, stricter than {@link Prefix#parse}: no short forms, no zones, no mapped IPv4. */
final class PrefixReader {
  private static final Pattern V4 =
      Pattern.compile("(0|[1-9][0-9]{0,2})(\\.(0|[1-9][0-9]{0,2})){3}");
  private static final Pattern V6 = Pattern.compile("[0-9A-Fa-f:.]{2,45}");
  private static final Pattern LENGTH = Pattern.compile("0|[1-9][0-9]{0,2}");

  private final Reading reading;

  PrefixReader(Reading reading) {
    this.reading = reading;
  }

  /** A prefix, or a bare address as the prefix of that address alone. */
  Optional<Prefix> prefixOrAddress(Object value, String path) {
    return reading
        .string(value, "", path)
        .flatMap(text -> text.indexOf('/') < 0 ? address(text, path) : prefix(text, path));
  }

  /** A prefix with its length written out. */
  Optional<Prefix> prefix(Object value, String path) {
    Optional<String> text = reading.string(value, "", path);
    if (text.isPresent() && text.get().indexOf('/') < 0 && literal(text.get()).isPresent()) {
      reading.refuse(
          "bad-value", path, "the length is missing: write " + literal(text.get()).get().single());
      return Optional.empty();
    }
    return text.flatMap(one -> prefix(one, path));
  }

  /**
   * The list of prefixes that lie in another one, sorted.
   *
   * @param within empty when anything may be excepted
   * @param strictly whether the exception must be smaller
   */
  List<Prefix> except(
      Map<String, Object> object, String path, Optional<Prefix> within, boolean strictly) {
    List<?> list =
        reading
            .list(object, "except", path, "write a list of prefixes: [10.1.0.0/16]")
            .orElse(List.of());
    List<Prefix> except = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      String at = Reading.at(Reading.at(path, "except"), i);
      prefix(list.get(i), at).filter(one -> lies(one, within, strictly, at)).ifPresent(except::add);
    }
    return except.stream().sorted().distinct().toList();
  }

  private boolean lies(Prefix one, Optional<Prefix> within, boolean strictly, String path) {
    if (within.isPresent() && !within.get().contains(one)) {
      reading.refuse(
          "bad-value",
          path,
          one + " does not lie in " + within.get() + ": write a prefix inside it, or take it out");
      return false;
    }
    if (strictly && within.isPresent() && within.get().equals(one)) {
      reading.refuse("bad-value", path, one + " excepts the whole block: write a smaller prefix");
      return false;
    }
    return true;
  }

  private Optional<Prefix> address(String text, String path) {
    Optional<IpAddress> address = literal(text);
    if (address.isEmpty()) {
      refuse(text, path);
    }
    return address.map(IpAddress::single);
  }

  private Optional<Prefix> prefix(String text, String path) {
    int slash = text.indexOf('/');
    Optional<IpAddress> address = slash < 0 ? Optional.empty() : literal(text.substring(0, slash));
    String length = text.substring(slash + 1);
    if (address.isEmpty()
        || !LENGTH.matcher(length).matches()
        || Integer.parseInt(length) > address.get().bits()) {
      refuse(text, path);
      return Optional.empty();
    }
    Prefix prefix = new Prefix(address.get(), Integer.parseInt(length));
    if (!prefix.address().equals(address.get())) {
      reading.warn(
          "host-bits",
          path,
          text + " has bits beyond its length: it is read as " + prefix + ", write that");
    }
    return Optional.of(prefix);
  }

  private void refuse(String text, String path) {
    reading.refuse(
        "bad-value",
        path,
        "\"" + text + "\" is no prefix: write an address and a length, 10.0.0.0/8 or fd00::/8");
  }

  private static Optional<IpAddress> literal(String text) {
    boolean v6 = text.indexOf(':') >= 0;
    if (!(v6 ? V6 : V4).matcher(text).matches()) {
      return Optional.empty();
    }
    try {
      // An IPv4 address in IPv6's clothes is no address that a packet has.
      return Optional.of(IpAddress.parse(text)).filter(address -> address.v6() == v6);
    } catch (IllegalArgumentException none) {
      return Optional.empty();
    }
  }
}
