package dev.sluice.cli.look;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.cli.DataOption;
import dev.sluice.cli.Group;
import dev.sluice.cli.NamespaceOptions;
import dev.sluice.cli.OutputOptions;
import dev.sluice.cli.output.Table;
import dev.sluice.schemas.Frontend;
import java.util.ArrayList;
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
      description =
          "Lists every address and port of every Service, with all backends; '-o wide' with the"
              + " Service, too.")
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
        output.print(() -> table(services, output.is("wide")), () -> json(services));
      }
      return 0;
    }
  }

  /** The table, or the wide one. */
  static Table table(List<ServiceView> services, boolean wide) {
    Table table =
        wide
            ? new Table("ID", "FRONTEND", "TYPE", "SERVICE", "POLICY", "AFFINITY", "BACKENDS")
            : new Table("ID", "FRONTEND", "TYPE", "BACKENDS");
    for (ServiceView view : services) {
      Frontend frontend = view.frontend();
      List<Object> row = new ArrayList<>(List.of(frontend.getId(), view.address(), view.type()));
      if (wide) {
        String port = frontend.getPortName().isEmpty() ? "" : ":" + frontend.getPortName();
        row.add(frontend.getNamespace() + "/" + frontend.getName() + port);
        row.add(policy(frontend));
        row.add(frontend.getAffinitySeconds() == 0 ? "None" : frontend.getAffinitySeconds() + "s");
      }
      row.add(String.join("\n", view.backends()));
      table.row(row.toArray());
    }
    return table;
  }

  private static String policy(Frontend frontend) {
    return frontend.getLocal() ? "Local" : "Cluster";
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
      json.put("trafficPolicy", policy(view.frontend()));
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
