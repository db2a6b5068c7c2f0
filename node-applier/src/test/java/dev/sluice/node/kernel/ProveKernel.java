package dev.sluice.node.kernel;

import dev.sluice.core.proof.Prove;

/** The same as {@link Prove}, with the kernel's programs. Needs root. */
public final class ProveKernel {
  private ProveKernel() {}

  public static void main(String[] arguments) {
    boolean holds;
    try (KernelProof proof = new KernelProof()) {
      holds = Prove.run(arguments, "kernel = oracle", proof::saysWhatTheOracleSays);
    }
    System.exit(holds ? 0 : 1);
  }
}
