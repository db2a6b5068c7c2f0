package dev.sluice.cli.look;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.sluice.schemas.Backend;
import dev.sluice.schemas.DesiredRow;
import dev.sluice.schemas.Frontend;
import dev.sluice.schemas.FrontendKind;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;

class ServiceCommandTest {
  private static final List<ServiceView> SERVICES =
      ServiceView.of(
          List.of(
              new DesiredRow(9L, frontend(4, "http", FrontendKind.NODE_PORT, "::", 30080, true)),
              new DesiredRow(9L, frontend(2, "", FrontendKind.CLUSTER_IP, "10.96.0.80", 80, false)),
              new DesiredRow(9L, backend("10.0.1.50", true)),
              new DesiredRow(9L, backend("10.0.2.50", false))));

  private static Frontend frontend(
      int id, String port, FrontendKind kind, String address, int number, boolean local) {
    return Frontend.newBuilder()
        .setId(id)
        .setNamespace("shop")
        .setName("web")
        .setPortName(port)
        .setKind(kind)
        .setAddress(address)
        .setPort(number)
        .setProtocol(6)
        .setGroup(7)
        .setLocal(local)
        .setAffinitySeconds(local ? 10_800 : 0)
        .build();
  }

  private static Backend backend(String address, boolean ready) {
    return Backend.newBuilder()
        .setGroup(7)
        .setAddress(address)
        .setPort(8080)
        .setReady(ready)
        .build();
  }

  private static String printed(boolean wide) {
    StringWriter text = new StringWriter();
    ServiceCommand.table(SERVICES, wide).print(new PrintWriter(text), true);
    return text.toString();
  }

  @Test
  void theTableIsCiliums() {
    assertEquals(
        """
        ID   FRONTEND            TYPE        BACKENDS
        2    10.96.0.80:80/TCP   ClusterIP   1 => 10.0.1.50:8080/TCP (active)
                                             2 => 10.0.2.50:8080/TCP (terminating)
        4    [::]:30080/TCP      NodePort    1 => 10.0.1.50:8080/TCP (active)
                                             2 => 10.0.2.50:8080/TCP (terminating)
        """,
        printed(false));
  }

  @Test
  void theWideOneNamesTheServiceToo() {
    assertEquals(
        """
        ID   FRONTEND            TYPE        SERVICE         POLICY    AFFINITY   BACKENDS
        2    10.96.0.80:80/TCP   ClusterIP   shop/web        Cluster   None       1 => 10.0.1.50:8080/TCP (active)
                                                                                  2 => 10.0.2.50:8080/TCP (terminating)
        4    [::]:30080/TCP      NodePort    shop/web:http   Local     10800s     1 => 10.0.1.50:8080/TCP (active)
                                                                                  2 => 10.0.2.50:8080/TCP (terminating)
        """,
        printed(true));
  }
}
