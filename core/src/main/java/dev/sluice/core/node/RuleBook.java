package dev.sluice.core.node;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/**
 * Numbers the reasons of verdicts, so that a kernel entry can carry them in 31 bits, each with what
 * the entries recognise packets by. A number is a hash of both, so that a restarted node finds the
 * numbers it left in the kernel; the second of two reasons with one hash gets the hash of another
 * round. A reason that no entry carries any more is remembered for a while, because flows that it
 * judged are still on their way.
 *
 * <p>Numbering is for the fold's thread; {@link #find} may be called from any.
 */
public final class RuleBook {
  private static final int REMEMBERED = 4096;

  /**
   * Why a verdict is what it is.
   *
   * @param verdict what becomes of the traffic
   * @param origins {@code kind/namespace/name#path} of the rules that decided, sorted; empty when
   *     default deny did
   * @param enforcedBy the policies that switched default deny on, {@code kind/namespace/name},
   *     sorted; empty when a rule decided.
   */
  public record Reason(KernelEntry.Verdict verdict, List<String> origins, List<String> enforcedBy) {
    /** No policy had a say: cookie 0. */
    public static final Reason NONE = new Reason(KernelEntry.Verdict.ALLOW, List.of(), List.of());

    public Reason {
      origins = List.copyOf(origins);
      enforcedBy = List.copyOf(enforcedBy);
    }

    /** The same for an endpoint under audit: what would be dropped passes, and is told. */
    Reason audited() {
      return verdict.passes() ? this : new Reason(KernelEntry.Verdict.AUDIT, origins, enforcedBy);
    }

    /** The policies behind it, {@code kind/namespace/name}, sorted, each once. */
    public List<String> policies() {
      return Stream.concat(
              origins.stream().map(origin -> origin.split("#", 2)[0]), enforcedBy.stream())
          .sorted()
          .distinct()
          .toList();
    }

    private String text() {
      return verdict + "\n" + String.join("\n", origins) + "\n\n" + String.join("\n", enforcedBy);
    }
  }

  /** What entries with one cookie have in common; {@code match} is {@code PolicyKey.match}. */
  private record Meaning(Reason reason, int match) {}

  private static final class Number {
    private final int cookie;
    private int users;

    private Number(int cookie) {
      this.cookie = cookie;
    }
  }

  private final ConcurrentHashMap<Integer, Meaning> meanings = new ConcurrentHashMap<>();
  private final Map<Meaning, Number> numbers = new HashMap<>();
  private final LinkedHashSet<Meaning> unused = new LinkedHashSet<>();

  /** The reason behind a cookie; empty for 0 (not enforced) and for numbers long forgotten. */
  public Optional<Reason> find(int cookie) {
    return Optional.ofNullable(meanings.get(cookie)).map(Meaning::reason);
  }

  /**
   * What an entry with this cookie recognises packets by ({@code PolicyKey.match}); 0 where no
   * policy is enforced, for default deny, which nothing matched, and for numbers long forgotten.
   */
  public int match(int cookie) {
    Meaning meaning = meanings.get(cookie);
    return meaning == null || meaning.reason.origins.isEmpty() ? 0 : meaning.match;
  }

  /**
   * One more entry has this reason; returns its cookie.
   *
   * @param match what the entry recognises packets by
   */
  int take(Reason reason, int match) {
    if (reason.equals(Reason.NONE)) {
      return 0;
    }
    Meaning meaning = new Meaning(reason, match);
    Number number = numbers.computeIfAbsent(meaning, this::allocate);
    if (number.users++ == 0) {
      unused.remove(meaning);
    }
    return number.cookie;
  }

  /** One entry fewer has the reason with this cookie. */
  void give(int cookie) {
    Meaning meaning = meanings.get(cookie);
    if (meaning != null && --numbers.get(meaning).users == 0) {
      unused.add(meaning);
      if (unused.size() > REMEMBERED) {
        forgetEldest();
      }
    }
  }

  private void forgetEldest() {
    Iterator<Meaning> eldest = unused.iterator();
    meanings.remove(numbers.remove(eldest.next()).cookie);
    eldest.remove();
  }

  private Number allocate(Meaning meaning) {
    int round = 0;
    int cookie = hash(round, meaning);
    while (cookie == 0 || meanings.containsKey(cookie)) {
      cookie = hash(++round, meaning);
    }
    meanings.put(cookie, meaning);
    return new Number(cookie);
  }

  private static int hash(int round, Meaning meaning) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(
          (round + "\n" + meaning.match + "\n" + meaning.reason.text())
              .getBytes(StandardCharsets.UTF_8));
      return ByteBuffer.wrap(digest.digest()).getInt() & Integer.MAX_VALUE;
    } catch (NoSuchAlgorithmException missing) {
      throw new AssertionError("every Java platform has SHA-256", missing);
    }
  }
}
