package dev.sluice.cli.ask;

import dev.sluice.core.node.KernelEntry.Direction;
import dev.sluice.core.oracle.World;
import java.util.Set;

/** Something that knows what policy says about traffic. For one thread. */
interface Engine extends AutoCloseable {
  /** What nodes of this version can look into. */
  Set<World.Mechanism> MECHANISMS = Set.of(World.Mechanism.DNS);

  /** The three that there are. */
  enum Name {
    /** A lookup in the flattened entries that a node would write. */
    COMPILED,
    /** The slow and obvious evaluator of the policy language. */
    ORACLE,
    /** The kernel's program, run on real maps. */
    KERNEL
  }

  /**
   * Whether policy lets a pod send to, or get from, somebody.
   *
   * @param subject a pod
   * @param peer the other side, a pod or not
   */
  boolean allows(Direction direction, Party subject, Party peer, Traffic traffic);

  /** Lets go of whatever it holds. */
  @Override
  void close();

  /**
   * @throws dev.sluice.cli.Refusal when the engine cannot run here
   */
  static Engine open(Name name, OfflineWorld world, Parties parties) {
    return switch (name) {
      case COMPILED -> new CompiledEngine(world);
      case ORACLE -> new OracleEngine(world, parties, MECHANISMS, null);
      case KERNEL -> new KernelEngine(world);
    };
  }
}
