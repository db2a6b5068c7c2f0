package dev.sluice.node.kernel;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/**
 * Tests that send packets through one dataplane: loading the programs is what costs, so that a
 * class of them loads once and each test finds the tables empty. What else a class wants before
 * each test, its own {@code @BeforeEach} adds.
 */
abstract class PacketTest {
  static Lab lab;

  @BeforeAll
  static void load() {
    lab = new Lab();
  }

  @AfterAll
  static void unload() {
    if (lab != null) {
      lab.close();
      lab = null;
    }
  }

  @BeforeEach
  void empty() {
    lab.reset();
  }
}
