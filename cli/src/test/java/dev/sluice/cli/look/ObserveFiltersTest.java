package dev.sluice.cli.look;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.sluice.schemas.Flow;
import dev.sluice.schemas.FlowKind;
import dev.sluice.schemas.FlowPeer;
import dev.sluice.schemas.TrafficDirection;
import dev.sluice.schemas.Verdict;
import java.time.Instant;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

class ObserveFiltersTest {
  private static final List<Flow> FLOWS =
      List.of(
          flow("a", "shop", "front", 256, 8080, Verdict.FORWARDED),
          flow("b", "shop", "front", 256, 9090, Verdict.DROPPED),
          flow("c", "shop", "other", 257, 8080, Verdict.DROPPED),
          flow("d", "kube-system", "dns", 258, 53, Verdict.FORWARDED),
          flow("e", "", "", 2, 8080, Verdict.DROPPED));

  private static Flow flow(
      String uuid, String namespace, String pod, int identity, int port, Verdict verdict) {
    return Flow.newBuilder()
        .setTime(Instant.EPOCH)
        .setUuid(uuid)
        .setNode("node-1")
        .setDirection(TrafficDirection.INGRESS)
        .setKind(verdict == Verdict.DROPPED ? FlowKind.DROP : FlowKind.START)
        .setIpVersion(pod.equals("dns") ? 6 : 4)
        .setSourceIp("10.0.1.10")
        .setDestinationIp("10.0.1.11")
        .setProtocol(6)
        .setTcpFlags(2)
        .setSourcePort(40_000)
        .setDestinationPort(port)
        .setVerdict(verdict)
        .setDropReason(verdict == Verdict.DROPPED ? 133 : 0)
        .setSource(
            FlowPeer.newBuilder()
                .setIdentity(identity)
                .setNamespace(namespace)
                .setPod(pod)
                .setWorkload(pod)
                .build())
        .setDestination(
            FlowPeer.newBuilder()
                .setIdentity(300)
                .setNamespace("shop")
                .setPod("back")
                .setNames(List.of(uuid + ".example"))
                .build())
        .build();
  }

  private static String shown(String flags) {
    CommandLine command = new CommandLine(new ObserveCommand());
    var filter =
        ObserveFilters.of(command.parseArgs(flags.isEmpty() ? new String[0] : flags.split(" ")));
    return FLOWS.stream().filter(filter).map(Flow::getUuid).collect(Collectors.joining());
  }

  @ParameterizedTest(name = "[{index}] {0}")
  @CsvSource(
      delimiter = ';',
      value = {
        "''; abcde",
        "-n kube-system; d",
        "--from-pod shop/front --from-pod shop/other; abc",
        "--from-pod shop/front --verdict DROPPED; b",
        "--identity world; e",
        "--to-port 8080 -A; ace",
        "--to-fqdn a.example --fqdn *.example; a",
        "--to-fqdn a.example --to-fqdn B.*; ab",
        "--from-fqdn *; ''",
        "-4; abce",
        "-6; d",
        "-4 -6; abcde",
        "--not --verdict DROPPED; ad",
        "--not -n kube-system --to-port 8080; ace",
        "--to-port 8080 --not --from-identity 257; ae",
        "--not --from-pod=shop/front --from-pod shop/other; c",
        "--not --from-pod shop/front --not --from-pod shop/other; de",
        // Flags that are negated are one filter: who has all of them is left out.
        "--not --verdict DROPPED --not --to-port 8080; abd",
        "--not -o json -6; abce",
        """
        --allowlist {"verdict":["DROPPED"],"destination_port":["8080"]}; ce\
        """,
        """
        --allowlist {"sourcePod":["shop/front"]} --allowlist {"source_identity":[258]}; abd\
        """,
        """
        --to-port 9090 --allowlist {"ip_version":["IPv6"]}; bd\
        """,
        """
        --denylist {"source_workload":[{"name":"front"}]} --denylist {"source_identity":["2"]}; cd\
        """,
        """
        --verdict DROPPED --denylist {"event_type":[{"type":1,"match_sub_type":true,"sub_type":181}]}; bce\
        """,
        """
        --denylist {"tcp_flags":[{"SYN":true}]};''\
        """,
      })
  void whatIsShown(String flags, String uuids) {
    assertEquals(uuids, shown(flags));
  }

  @ParameterizedTest(name = "[{index}] {0}")
  @CsvSource(
      delimiter = ';',
      value = {
        "--verdict DROPPED --not; --not needs a filter flag after it",
        "--allowlist {; is not JSON",
        "--allowlist []; is no object with fields",
        """
        --denylist {"http_path":["/x"]}; a filter has no field 'http_path' here; \
        """,
        """
        --denylist {"verdict":"DROPPED"}; field 'verdict' of a filter is a list\
        """,
        """
        --denylist {"source_port":["http"]}; port http is no number\
        """,
        """
        --denylist {"source_workload":[{"kind":"Deployment"}]}; is one by name\
        """,
        """
        --denylist {"reply":["perhaps"]}; reply perhaps of a filter is not known\
        """,
        "--drop-reason-desc DENIED; --drop-reason-desc DENIED is not known",
        "--not --traffic-direction both; --traffic-direction both is not known",
        "--identity nobody; identity nobody is neither a number nor a reserved one's name",
      })
  void whatIsRefused(String flags, String sentence) {
    String message = assertThrows(IllegalArgumentException.class, () -> shown(flags)).getMessage();
    assertTrue(message.contains(sentence.strip()), message);
  }

  @Test
  void theHelpTextSaysWhatEachFlagDoes() {
    List<String> help = new CommandLine(new ObserveCommand()).getUsageMessage().lines().toList();
    for (String line :
        List.of(
            "--not Leaves out what the next filter flag says.",
            "--denylist=JSON hubble's FlowFilter: leaves out what it says.",
            "--from-workload=[NS/]NAME",
            "-6, --ipv6 Only IPv6.")) {
      assertEquals(
          1, help.stream().filter(each -> each.strip().replaceAll(" +", " ").equals(line)).count());
    }
  }
}
