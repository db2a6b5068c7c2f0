package dev.sluice.cli.ask;

import dev.sluice.core.policy.PortProtocol;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * What is sent: a protocol, and a port or type of it.
 *
 * @param port destination port, or type of ICMP
 */
record Traffic(PortProtocol protocol, int port) {
  private static final Pattern FORM = Pattern.compile("(\\d{1,5})/([A-Za-z0-9]+)");
  private static final int LAST_PORT = 65535;
  private static final int LAST_TYPE = 255;

  /** Number of the IP protocol. */
  int number() {
    return protocol.numbers().getFirst();
  }

  /** {@code 8080/TCP}. */
  @Override
  public String toString() {
    return port + "/" + protocol;
  }

  /** Reads {@code 8080/TCP}, {@code 53/UDP}, {@code 8/ICMP} (a type). */
  static final class Converter implements ITypeConverter<Traffic> {
    @Override
    public Traffic convert(String text) {
      Matcher form = FORM.matcher(text);
      if (form.matches()) {
        for (PortProtocol protocol : PortProtocol.values()) {
          int last = protocol.hasPorts() ? LAST_PORT : LAST_TYPE;
          int number = Integer.parseInt(form.group(1));
          if (protocol != PortProtocol.ANY
              && protocol.name().equals(form.group(2).toUpperCase(Locale.ROOT))
              && number <= last) {
            return new Traffic(protocol, number);
          }
        }
      }
      throw new TypeConversionException(
          "'" + text + "' is no port: write 8080/TCP, 53/UDP, 38412/SCTP or, by type, 8/ICMP");
    }
  }
}
