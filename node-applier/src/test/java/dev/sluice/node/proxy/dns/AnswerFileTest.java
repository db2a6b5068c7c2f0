package dev.sluice.node.proxy.dns;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.core.dns.DnsEvent;
import dev.sluice.core.dns.OwnNames;
import dev.sluice.core.net.IpAddress;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AnswerFileTest {
  private static final DnsEvent.Answered ANSWER =
      new DnsEvent.Answered(
          1700000000123L,
          "node-1",
          "api.stripe.com",
          Map.of(IpAddress.parse("203.0.113.1"), 5L, IpAddress.parse("2001:db8::1"), 7L),
          "shop/pay",
          "10.0.1.5",
          "10.0.1.253");

  @TempDir private Path folder;
  private final List<String> trouble = new ArrayList<>();

  private AnswerFile file() {
    return new AnswerFile(folder.resolve("answers"), trouble::add);
  }

  @Test
  void aSuccessorReadsWhatWasAdded() {
    assertEquals(0, file().read().size());
    AnswerFile file = file();
    file.add(0, ANSWER);
    file.add(7, ANSWER);
    AnswerFile.Held held = file().read();
    assertEquals(List.of(ANSWER), held.answers());
    assertEquals(List.of(new OwnNames.Own(7, ANSWER)), held.alone());
  }

  @Test
  void aLineThatWasCutOffIsNotInTheWayOfOthers() throws IOException {
    AnswerFile file = file();
    file.add(0, ANSWER);
    file.add(7, ANSWER);
    Path path = folder.resolve("answers");
    String text = Files.readString(path);
    Files.writeString(path, text.substring(0, text.length() - 20));
    AnswerFile.Held held = file().read();
    assertEquals(List.of(ANSWER), held.answers());
    assertEquals(List.of(), held.alone());
    AnswerFile next = file();
    next.add(8, ANSWER);
    next.add(9, ANSWER);
    held = file().read();
    assertEquals(List.of(ANSWER), held.answers());
    assertEquals(List.of(new OwnNames.Own(8, ANSWER), new OwnNames.Own(9, ANSWER)), held.alone());
  }

  @Test
  void whatIsOverIsLeftOutWhenItIsWrittenAnew() {
    AnswerFile file = file();
    for (int i = 0; i < 300; i++) {
      file.add(0, ANSWER);
    }
    assertFalse(file.isStale(200));
    assertTrue(file.isStale(1));
    file.rewrite(new AnswerFile.Held(List.of(), List.of(new OwnNames.Own(7, ANSWER))));
    assertFalse(file.isStale(1));
    assertEquals(1, file().read().size());
    assertTrue(file.isStale(0), "nothing alive, and a line there");
  }

  /** A device that is as a full disk is. */
  @Test
  void aFullDiskIsSaidOnceEachTime() throws IOException {
    Path path = folder.resolve("answers");
    Files.createSymbolicLink(path, Path.of("/dev/full"));
    AnswerFile file = file();
    for (int i = 0; i < 3; i++) {
      UncheckedIOException failed =
          assertThrows(UncheckedIOException.class, () -> file.add(0, ANSWER));
      assertEquals("cannot write " + path, failed.getMessage());
    }
    String sentence =
        path
            + " cannot be written: new names are answered SERVFAIL until it can be:"
            + " No space left on device";
    assertEquals(List.of(sentence), trouble);

    Files.delete(path);
    file.add(0, ANSWER);
    assertEquals(1, file().read().size());
    Files.createDirectory(folder.resolve("answers.new"));
    file.rewrite(new AnswerFile.Held(List.of(), List.of()));
    file.rewrite(new AnswerFile.Held(List.of(), List.of()));
    assertEquals(2, trouble.size());
    assertTrue(
        trouble.get(1).contains("cannot be written anew, and goes on growing"), trouble::toString);
    assertEquals(1, file().read().size(), "what it held it holds");
  }
}
