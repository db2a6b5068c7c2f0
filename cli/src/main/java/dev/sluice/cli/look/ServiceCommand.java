package dev.sluice.cli.look;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.cli.DataOption;
import dev.sluice.cli.Group;
import dev.sluice.cli.NamespaceOptions;
import dev.sluice.cli.OutputOptions;
import dev.sluice.cli.output.Table;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** {@code sluice service list}. */
@Command(
    name = "service",
    mixinStandardHelpOptions = true,
    description = "Services: what clients dial and where it leads.",
    subcommands = ServiceCommand.ListAll.class)
final class ServiceCommand extends Group {

  /** {@code 10.96.0.10:53/UDP}. */
  static String socket(String address, int port, int protocol) {
    String host = address.indexOf(':') < 0 ? address : "[" + address + "]";
    return host + ":" + port + "/" + RuleText.protocol(protocol);
  }

  @Command(
      name = "list",
      mixinStandardHelpOptions = true,
      description = "Lists every address and port of every Service, with all backends.")
  static final class ListAll implements Callable<Integer> {
    @Mixin private DataOption data;
    @Mixin private OutputOptions output;
    @Mixin private NamespaceOptions namespaces;

    @Override
    public Integer call() {
      try (LabTopics topics = LabTopics.open(data.lab())) {
        List<ServiceView> services =
            ServiceView.read(topics).stream()
                .filter(view -> namespaces.shows(view.frontend().getNamespace()))
                .toList();
        output.print(() -> table(services), () -> json(services));
      }
      return 0;
    }
  }

  private static Table table(List<ServiceView> services) {
    Table table = new Table("ID", "FRONTEND", "TYPE", "BACKENDS");
    for (ServiceView view : services) {
      table.row(
          view.frontend().getId(), view.address(), view.type(), String.join("\n", view.backends()));
    }
    return table;
  }

  private static ArrayNode json(List<ServiceView> services) {
    ArrayNode array = JsonNodeFactory.instance.arrayNode();
    for (ServiceView view : services) {
      ObjectNode json = array.addObject();
      json.put("id", view.frontend().getId());
      json.put("namespace", view.frontend().getNamespace());
      json.put("name", view.frontend().getName());
      json.put("portName", view.frontend().getPortName());
      json.put("type", view.type());
      json.put("address", view.frontend().getAddress());
      json.put("port", view.frontend().getPort());
      json.put("protocol", RuleText.protocol(view.frontend().getProtocol()));
      json.put("trafficPolicy", view.frontend().getLocal() ? "Local" : "Cluster");
      json.put("affinitySeconds", view.frontend().getAffinitySeconds());
      ArrayNode backends = json.putArray("backends");
      view.targets()
          .forEach(
              backend ->
                  backends
                      .addObject()
                      .put("address", backend.getAddress())
                      .put("port", backend.getPort())
                      .put("state", ServiceView.state(backend))
                      .put("node", backend.getNode()));
    }
    return array;
  }
}
