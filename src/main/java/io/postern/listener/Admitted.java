package io.postern.listener;

import io.postern.observe.OverloadMeters;
import io.postern.tenant.Tenants;
import java.util.function.Supplier;

/**
 * Who may come to a listener, and how many.
 *
 * @param connections how many may be open: the limit of the config, or what the process may have
 *     where that is less
 * @param tenants those of the config as it is now
 * @param handshakes where handshakes wait for their turn, on all listeners
 * @param headroom whether the process has room for more, on all listeners
 */
public record Admitted(
    int connections, Supplier<Tenants> tenants, HandshakeQueues handshakes, Headroom headroom) {

  /** Those that the process has room for. */
  public static Admitted within(
      Headroom headroom, Supplier<Tenants> tenants, HandshakeQueues handshakes) {
    return new Admitted(headroom.most(), tenants, handshakes, headroom);
  }

  /** The same, but only so many. */
  public Admitted upTo(int number) {
    return new Admitted(number, tenants, handshakes, headroom);
  }

  /** Anyone, up to a number, whatever else there is too little of. */
  public static Admitted anyone(int connections) {
    Headroom own = new Headroom(connections, new OverloadMeters());
    return new Admitted(connections, () -> Tenants.NONE, new HandshakeQueues(), own);
  }
}
