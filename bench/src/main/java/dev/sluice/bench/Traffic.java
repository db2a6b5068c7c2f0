package dev.sluice.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;

/**
 * The program that makes a benchmark's traffic, the servers that it speaks to, and the namespaces
 * of the alternatives. {@link #close()} ends and removes them.
 */
final class Traffic implements AutoCloseable {
  private final Path tool = Netbench.compile();
  private final List<Process> servers = new ArrayList<>();
  private final List<RoutedTrio> trios = new ArrayList<>();

  Traffic() throws IOException {}

  /** Path of the program. */
  Path tool() {
    return tool;
  }

  void serve(String netns) throws IOException {
    servers.add(Netbench.serve(tool, netns));
  }

  /** Namespaces with a filter between client and server, which listens. */
  RoutedTrio serve(RoutedTrio trio) throws IOException {
    trios.add(trio);
    serve(trio.server());
    return trio;
  }

  /** Measures one variant once; what it finds goes into the numbers. */
  interface Turn<V, N> {
    void measure(V variant, N numbers) throws IOException;
  }

  /**
   * Every variant takes its turn in every round, each time another one first, and the machine comes
   * to rest before each.
   *
   * @return the numbers of each variant by its name, in the order of the variants
   */
  static <V, N> Map<String, N> inTurns(
      List<V> variants, Function<V, String> name, int rounds, Supplier<N> numbers, Turn<V, N> turn)
      throws IOException {
    Map<String, N> all = new LinkedHashMap<>();
    variants.forEach(variant -> all.put(name.apply(variant), numbers.get()));
    List<V> order = new ArrayList<>(variants);
    for (int round = 0; round < rounds; round++) {
      for (V variant : order) {
        Quiet.await();
        turn.measure(variant, all.get(name.apply(variant)));
      }
      Collections.rotate(order, 1);
    }
    return all;
  }

  @Override
  public void close() throws IOException {
    servers.forEach(Process::destroy);
    trios.forEach(RoutedTrio::close);
    Files.delete(tool);
  }
}
