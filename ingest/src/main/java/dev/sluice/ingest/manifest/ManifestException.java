package dev.sluice.ingest.manifest;

/** Something in a file that makes it unreadable; caught where the file's name is known. */
final class ManifestException extends Exception {
  private static final long serialVersionUID = 1L;

  private final String code;
  private final int line;
  private final String path;

  ManifestException(String code, int line, String path, String message) {
    super(message);
    this.code = code;
    this.line = line;
    this.path = path;
  }

  String code() {
    return code;
  }

  int line() {
    return line;
  }

  String path() {
    return path;
  }
}
