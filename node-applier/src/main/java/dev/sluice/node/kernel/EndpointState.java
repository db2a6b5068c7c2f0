package dev.sluice.node.kernel;

/**
 * An endpoint as the kernel has it.
 *
 * @param hostInterface number of the node's end of the link
 * @param ready false: every packet is dropped
 * @param dirty policy entries were being written when someone last looked
 * @param epoch cached verdicts of other epochs are judged again
 * @param own some addresses are to it another than to all
 */
public record EndpointState(
    int hostInterface, EndpointSpec spec, boolean ready, boolean dirty, int epoch, boolean own) {
  EndpointState(int hostInterface, EndpointSpec spec, boolean ready, boolean dirty, int epoch) {
    this(hostInterface, spec, ready, dirty, epoch, false);
  }

  public int id() {
    return spec.id();
  }

  public int identity() {
    return spec.identity();
  }

  EndpointState withIdentity(int identity) {
    EndpointSpec changed =
        new EndpointSpec(spec.id(), identity, spec.addresses(), spec.podMac(), spec.hostMac());
    return new EndpointState(hostInterface, changed, ready, dirty, epoch, own);
  }

  EndpointState withReady(boolean to) {
    return new EndpointState(hostInterface, spec, to, dirty, epoch, own);
  }

  EndpointState withDirty(boolean to) {
    return new EndpointState(hostInterface, spec, ready, to, epoch, own);
  }

  EndpointState withEpoch(int to) {
    return new EndpointState(hostInterface, spec, ready, dirty, to, own);
  }

  EndpointState withOwn(boolean to) {
    return new EndpointState(hostInterface, spec, ready, dirty, epoch, to);
  }

  EndpointState bumped() {
    return withEpoch(epoch + 1);
  }
}
