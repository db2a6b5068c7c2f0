package dev.sluice.core.net;

/**
 * The canonical text of an IPv6 address: RFC 5952, lower case, longest run of zero groups
 * shortened.
 */
final class Rfc5952 {
  private Rfc5952() {}

  static String format(byte[] sixteen) {
    int[] groups = new int[8];
    for (int i = 0; i < 8; i++) {
      groups[i] = (sixteen[2 * i] & 255) << 8 | (sixteen[2 * i + 1] & 255);
    }
    int start = -1;
    int length = 1; // a single zero group is never shortened
    for (int i = 0; i < 8; i++) {
      int end = i;
      while (end < 8 && groups[end] == 0) {
        end++;
      }
      if (end - i > length) {
        start = i;
        length = end - i;
      }
      i = Math.max(i, end);
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 8; i++) {
      if (i == start) {
        text.append("::");
        i += length - 1;
        continue;
      }
      if (!text.isEmpty() && text.charAt(text.length() - 1) != ':') {
        text.append(':');
      }
      text.append(Integer.toHexString(groups[i]));
    }
    return text.toString();
  }
}
