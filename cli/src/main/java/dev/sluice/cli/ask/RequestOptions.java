package dev.sluice.cli.ask;

import dev.sluice.core.oracle.Request;
import dev.sluice.core.policy.FqdnSelector;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** {@code --http}, {@code --http-header} and {@code --sni}: what is said; a mixin. */
public final class RequestOptions {
  private static final Pattern HTTP =
      Pattern.compile("(?<method>[A-Za-z]+)\\s+(?:https?://(?<host>[^/\\s]+))?(?<path>/\\S*)");

  @Option(
      names = "--http",
      paramLabel = "'METHOD /PATH'",
      description = "The request that is sent; also 'METHOD http://HOST/PATH'.")
  private String http;

  @Option(
      names = "--http-header",
      paramLabel = "'NAME: VALUE'",
      description = "A header of it; may be given several times.")
  private List<String> headers = List.of();

  @Option(names = "--sni", paramLabel = "NAME", description = "The TLS server name that is sent.")
  private String sni;

  /**
   * What is said; null when nothing was given.
   *
   * @throws TypeConversionException in a sentence, when it is none
   */
  Request request() {
    if (http != null && sni != null) {
      throw new TypeConversionException(
          "--http and --sni: a request inside TLS is seen by nobody, give one of them");
    }
    if (sni != null) {
      return new Request.Tls(FqdnSelector.canonical(sni));
    }
    if (http == null) {
      if (!headers.isEmpty()) {
        throw new TypeConversionException("--http-header needs --http");
      }
      return null;
    }
    Matcher form = HTTP.matcher(http);
    if (!form.matches()) {
      throw new TypeConversionException(
          "--http '" + http + "': write 'GET /path' or 'GET http://host/path'");
    }
    String host = form.group("host");
    return new Request.Http(
        form.group("method"), form.group("path"), host == null ? "" : host, headers());
  }

  private Map<String, String> headers() {
    Map<String, String> named = new TreeMap<>();
    for (String header : headers) {
      String[] sides = header.split(":", 2);
      if (sides.length != 2 || sides[0].isBlank()) {
        throw new TypeConversionException("--http-header '" + header + "': write 'NAME: VALUE'");
      }
      named.put(sides[0].strip(), sides[1].strip());
    }
    return named;
  }

  /** What nobody on the nodes looks into, in words; empty when nothing was given. */
  String what() {
    return http != null ? "HTTP requests" : sni != null ? "TLS server names" : "";
  }
}
