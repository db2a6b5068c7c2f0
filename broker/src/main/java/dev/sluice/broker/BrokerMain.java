package dev.sluice.broker;

import dev.sluice.schemas.config.ProcessLife;

/**
 * The process {@code broker}: Kafka and the schema registry of one machine. Its addresses are in
 * {@code broker.properties} in the data directory when it prints that it is ready, and stay the
 * same over restarts.
 */
public final class BrokerMain {
  private BrokerMain() {}

  public static void main(String[] arguments) {
    ProcessLife.run(
        "broker", arguments, (settings, life) -> life.closing(LocalKafka.start(settings)));
  }
}
