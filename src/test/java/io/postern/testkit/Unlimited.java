package io.postern.testkit;

import io.postern.config.HandshakeLimits;
import io.postern.config.Place;
import io.postern.config.TenantConfig;
import java.util.Map;

/** Limits that nothing reaches. */
public final class Unlimited {

  private static final Place PLACE = new Place("", "", new Place.Position(1, 1), Map.of());

  /** Any number of handshakes. */
  public static final HandshakeLimits HANDSHAKES = new HandshakeLimits(PLACE, 0, null);

  /** Any number of everything. */
  public static final TenantConfig.Limits TENANT =
      new TenantConfig.Limits(PLACE, 0, HANDSHAKES, 0, null, 0, null);

  private Unlimited() {}
}
