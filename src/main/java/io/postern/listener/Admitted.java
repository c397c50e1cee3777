package io.postern.listener;

import io.postern.tenant.Tenants;
import java.util.function.Supplier;

/**
 * Who may come to a listener, and how many.
 *
 * @param connections how many may be open: the limit of the config, or less where descriptors are
 *     few
 * @param tenants those of the config as it is now
 * @param handshakes where handshakes wait for their turn, on all listeners
 */
public record Admitted(int connections, Supplier<Tenants> tenants, HandshakeQueues handshakes) {

  /** Anyone, up to a number. */
  public static Admitted anyone(int connections) {
    return new Admitted(connections, () -> Tenants.NONE, new HandshakeQueues());
  }
}
