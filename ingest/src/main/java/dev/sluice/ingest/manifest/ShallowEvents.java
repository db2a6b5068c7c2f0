package dev.sluice.ingest.manifest;

import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.events.CollectionEndEvent;
import org.snakeyaml.engine.v2.events.CollectionStartEvent;
import org.snakeyaml.engine.v2.events.Event;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.parser.Parser;
import org.snakeyaml.engine.v2.parser.ParserImpl;
import org.snakeyaml.engine.v2.scanner.StreamReader;

/**
 * The events of a YAML text up to a depth. Whoever makes nodes of them does so by recursion: a few
 * thousand brackets in a row would end his thread.
 */
final class ShallowEvents implements Parser {
  /** Mappings and lists stand in one another more often than is read. */
  static final class TooDeepException extends YamlEngineException {
    private static final long serialVersionUID = 1L;

    private final int line;

    private TooDeepException(int line) {
      super("nested too deeply");
      this.line = line;
    }

    /** From 1; 0 when it is not known. */
    int line() {
      return line;
    }
  }

  private final Parser events;
  private final int deepest;
  private int depth;

  private ShallowEvents(Parser events, int deepest) {
    this.events = events;
    this.deepest = deepest;
  }

  /**
   * @param deepest how many mappings and lists may stand in one another
   */
  static ShallowEvents of(String text, LoadSettings settings, int deepest) {
    return new ShallowEvents(new ParserImpl(settings, new StreamReader(settings, text)), deepest);
  }

  @Override
  public Event next() {
    Event event = events.next();
    if (event instanceof CollectionStartEvent && ++depth > deepest) {
      throw new TooDeepException(event.getStartMark().map(mark -> mark.getLine() + 1).orElse(0));
    }
    depth -= event instanceof CollectionEndEvent ? 1 : 0;
    return event;
  }

  @Override
  public boolean hasNext() {
    return events.hasNext();
  }

  @Override
  public boolean checkEvent(Event.ID choice) {
    return events.checkEvent(choice);
  }

  @Override
  public Event peekEvent() {
    return events.peekEvent();
  }
}
