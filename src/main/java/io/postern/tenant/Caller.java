package io.postern.tenant;

import io.postern.http.DownstreamConnection;
import io.postern.http.DownstreamConnection.TlsSession;
import org.jspecify.annotations.Nullable;

/**
 * Who is calling by one connection. Whose it was found to be it stays for as long as it lives, by
 * the limits of now; whoever was nobody's may be somebody's by newer tenants.
 *
 * <p>Owned by the event loop of the connection.
 */
public final class Caller {

  private @Nullable Tenants by;
  private @Nullable Endpoint endpoint;
  private @Nullable Tenant tenant;

  /** Nothing is known yet. */
  public Caller() {}

  /** Looks who it is by the tenants of now. */
  public void look(Tenants now, DownstreamConnection connection) {
    if (by == now) {
      return;
    }
    by = now;
    if (tenant != null) {
      tenant = now.now(tenant);
    } else if (connection.vpce() != null) {
      endpoint = now.find(connection.vpce());
      tenant = endpoint == null ? null : endpoint.tenant();
    } else {
      TlsSession tls = connection.tls();
      tenant =
          now.of(tls == null ? null : tls.clientCertificate(), connection.client().getAddress());
    }
  }

  /** Null where it is nobody's. */
  public @Nullable Tenant tenant() {
    return tenant;
  }

  /** The VPC endpoint by which it is known; null where there is none. */
  public @Nullable Endpoint endpoint() {
    return endpoint;
  }
}
