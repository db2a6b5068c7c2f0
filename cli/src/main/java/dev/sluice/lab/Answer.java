package dev.sluice.lab;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.function.Consumer;

/** Where the supervisor says what a request led to, line by line. */
interface Answer {
  /** For stdout. */
  void line(String text);

  /** For stderr. */
  void warn(String text);

  /** A value, for those who asked for one. */
  void data(JsonNode value);

  /** One that prints; values go nowhere. */
  static Answer printing(Consumer<String> out, Consumer<String> err) {
    return new Answer() {
      @Override
      public void line(String text) {
        out.accept(text);
      }

      @Override
      public void warn(String text) {
        err.accept(text);
      }

      @Override
      public void data(JsonNode value) {}
    };
  }
}
