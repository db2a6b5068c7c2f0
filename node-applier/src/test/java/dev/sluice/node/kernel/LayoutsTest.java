package dev.sluice.node.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.sluice.node.bpf.BpfException;
import dev.sluice.node.bpf.BpfObject;
import dev.sluice.node.bpf.Btf;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Java and C agree on where the members of shared structs are, and would notice if they did not.
 */
@RequiresKernel
class LayoutsTest {
  private static BpfObject open(String resource) throws IOException {
    try (InputStream in = Layouts.class.getResourceAsStream(resource)) {
      return BpfObject.open(in.readAllBytes());
    }
  }

  @Test
  void theProgramsHaveTheLayoutsThatJavaWrites() throws IOException {
    try (BpfObject object = open("dataplane.bpf.o")) {
      Layouts.check(object.btf());
      LbCodec.check(object.btf());
      Translation.check(object.btf());
    }
  }

  @Test
  void anObjectWithoutTheStructsIsRefused() throws IOException {
    try (BpfObject object = open("vary.bpf.o")) {
      assertThrows(BpfException.class, () -> Layouts.check(object.btf()));
    }
  }

  @Test
  void aMemberElsewhereIsNamed() {
    Map<String, Integer> java = Map.of("ifindex", 0, "endpoint", 4, "", 8);
    Layouts.check(new Btf.Struct("slc_local", 8, Map.of("ifindex", 0, "endpoint", 4)), java);
    assertRefused(
        new Btf.Struct("slc_local", 8, Map.of("ifindex", 0, "endpoint", 2)),
        java,
        "layout of slc_local.endpoint: 4 in Java, 2 in the BPF object");
    assertRefused(
        new Btf.Struct("slc_local", 8, Map.of("ifindex", 0)),
        java,
        "layout of slc_local.endpoint: 4 in Java, -1 in the BPF object");
    assertRefused(
        new Btf.Struct("slc_local", 12, Map.of("ifindex", 0, "endpoint", 4)),
        java,
        "layout of slc_local.size: 8 in Java, 12 in the BPF object");
  }

  private static void assertRefused(Btf.Struct c, Map<String, Integer> java, String sentence) {
    BpfException refused = assertThrows(BpfException.class, () -> Layouts.check(c, java));
    assertEquals(sentence, refused.getMessage());
  }
}
