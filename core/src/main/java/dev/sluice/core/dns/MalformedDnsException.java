package dev.sluice.core.dns;

/** Bytes that are no DNS message, or one that nobody honest would send; the text says why. */
public final class MalformedDnsException extends Exception {
  public MalformedDnsException(String why) {
    super(why, null, false, false);
  }
}
