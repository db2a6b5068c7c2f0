package dev.sluice.node.control;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/** What the node answers, one JSON object a line; the components' names are the fields' names. */
public sealed interface ControlAnswer {
  /** Whether the request was done. */
  boolean ok();

  record Failed(boolean ok, String error) implements ControlAnswer {
    public Failed(String error) {
      this(false, error);
    }
  }

  record Done(boolean ok) implements ControlAnswer {
    public Done() {
      this(true);
    }
  }

  /**
   * @param endpoint 0 while the log does not know the pod
   */
  record Added(boolean ok, long endpoint, String hostInterface) implements ControlAnswer {
    public Added(long endpoint, String hostInterface) {
      this(true, endpoint, hostInterface);
    }
  }

  record Realised(boolean ok, long endpoint, int identity, long revision) implements ControlAnswer {
    public Realised(long endpoint, int identity, long revision) {
      this(true, endpoint, identity, revision);
    }
  }

  record Endpoints(boolean ok, List<Endpoint> endpoints) implements ControlAnswer {
    public Endpoints(List<Endpoint> endpoints) {
      this(true, endpoints);
    }
  }

  /**
   * @param interfaceName printed as {@code interface}: the node's end of the pod's link
   */
  record Endpoint(
      long id,
      String namespace,
      String pod,
      int identity,
      String state,
      long realizedRevision,
      List<String> ips,
      @com.fasterxml.jackson.annotation.JsonProperty("interface") String interfaceName,
      @JsonInclude(JsonInclude.Include.NON_EMPTY) String message) {}

  record Status(
      boolean ok,
      String node,
      long position,
      long revision,
      String hash,
      List<MapUse> maps,
      Events events,
      String message)
      implements ControlAnswer {}

  record MapUse(String name, long entries, long capacity) {}

  /** Flow events since the node's maps were made. */
  record Events(long produced, long consumed, long lostKernel, long lostUser) {}

  /**
   * @param entries {@link PolicyLine}, {@link AddressLine}, {@link ConnectionLine}, {@link
   *     FrontendLine}, {@link TranslationLine} or {@link NameLine}
   */
  record Dump(boolean ok, List<?> entries) implements ControlAnswer {
    public Dump(List<?> entries) {
      this(true, entries);
    }
  }

  /**
   * @param proxyPort where what passes is taken to; 0: to whom it is for
   */
  record PolicyLine(
      int subject,
      int peer,
      String direction,
      int protocol,
      int portFirst,
      int portLast,
      String verdict,
      int proxyPort,
      int cookie,
      List<String> policies) {}

  /**
   * @param tunnel address of the node that has it; empty: this one, or none
   */
  record AddressLine(String prefix, int identity, String tunnel) {}

  /**
   * @param inside backends that sockets of the node get, in slot order
   * @param outside backends that traffic from outside the cluster gets
   */
  record FrontendLine(
      int id,
      String address,
      int port,
      int protocol,
      int affinitySeconds,
      List<String> inside,
      List<String> outside) {}

  /**
   * What a packet from {@code source} to {@code destination} becomes.
   *
   * @param kind {@code service}, {@code masquerade}, or the reply of either
   * @param service id of the frontend that was dialled; 0: none
   */
  record TranslationLine(
      String kind,
      int protocol,
      String source,
      String destination,
      String newSource,
      String newDestination,
      int service,
      long idleSeconds) {}

  /**
   * What a pod was answered by a resolver whose word counts for nobody else.
   *
   * @param pod {@code namespace/name}
   * @param until when the answer ends, the floor applied; ms since 1970
   * @param identity which the address has to that pod
   */
  record NameLine(
      String pod,
      String podAddress,
      String name,
      String address,
      long until,
      String resolver,
      int identity) {}

  record ConnectionLine(
      String source,
      int sourcePort,
      String destination,
      int destinationPort,
      int protocol,
      String state,
      long packets,
      long bytes,
      long expiresSeconds,
      int sourceIdentity,
      int destinationIdentity) {}
}
