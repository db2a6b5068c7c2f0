package dev.sluice.core.policy;

import java.util.regex.Pattern;

/** What may be a label's key and value, as Kubernetes has it. Linear in the length of the text. */
public final class LabelSyntax {
  private static final int LONGEST_NAME = 63;
  private static final int LONGEST_DOMAIN = 253;

  /** Part of a key after the slash, and a value. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?");

  private static final Pattern DOMAIN_PART = Pattern.compile("[a-z0-9]([-a-z0-9]*[a-z0-9])?");

  private LabelSyntax() {}

  /** {@code name} or {@code dns.prefix/name}. */
  public static boolean isKey(String key) {
    int slash = key.indexOf('/');
    return isName(key.substring(slash + 1)) && (slash < 0 || isDomain(key.substring(0, slash)));
  }

  /** Empty, or as the name of a key. */
  public static boolean isValue(String value) {
    return value.isEmpty() || isName(value);
  }

  /** A DNS name in lower case, as most objects of Kubernetes are named. */
  public static boolean isDomain(String text) {
    if (text.length() > LONGEST_DOMAIN) {
      return false;
    }
    for (String part : text.split("\\.", -1)) {
      if (!DOMAIN_PART.matcher(part).matches()) {
        return false;
      }
    }
    return true;
  }

  private static boolean isName(String text) {
    return text.length() <= LONGEST_NAME && NAME.matcher(text).matches();
  }

  /** The end of a sentence about a key. */
  public static String aboutKey(String key) {
    return "\""
        + key
        + "\" is no label key: write name or dns.prefix/name, name of letters, digits,"
        + " '-', '_' and '.', at most 63";
  }

  /** The end of a sentence about a value. */
  public static String aboutValue(String value) {
    return "\""
        + value
        + "\" is no label value: at most 63 letters, digits, '-', '_' and '.',"
        + " beginning and ending with a letter or digit";
  }
}
