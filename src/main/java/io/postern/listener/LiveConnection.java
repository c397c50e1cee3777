package io.postern.listener;

import io.netty.channel.Channel;
import io.netty.util.NetUtil;
import io.postern.exchange.LiveExchange;
import io.postern.exchange.LiveId;
import io.postern.exchange.Sought;
import io.postern.http.ClientConnection;
import io.postern.http.DownstreamConnection;
import io.postern.http.DownstreamConnection.TlsSession;
import io.postern.tenant.Caller;
import io.postern.tenant.Tenant;
import io.postern.tenant.Tenants;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One client's connection, its handshake done.
 *
 * <p>Owned by its event loop.
 *
 * @param codec the end of its pipeline
 * @param about what is known of it
 * @param requests counts what it has brought
 * @param since when it was ready for the first request, by the loop's clock
 */
record LiveConnection(
    Channel channel,
    ClientConnection codec,
    DownstreamConnection about,
    Retirement requests,
    long since) {

  /** One of the exchanges on it. */
  record Open(LiveId id, LiveExchange exchange) {}

  /** Those that are open and are what somebody looks for. */
  List<Open> exchanges(Sought sought) {
    List<Open> open = new ArrayList<>();
    codec.show(
        (stream, listener) -> {
          LiveExchange live = LiveExchange.of(listener);
          if (live != null) {
            LiveId id = new LiveId(about.number(), stream == 0 ? requests.opened() : stream);
            boolean asked = sought.id() == null || sought.id().equals(id);
            if (asked && live.is(sought)) {
              open.add(new Open(id, live));
            }
          }
        });
    return open;
  }

  /** Whether it is what somebody looks for, as far as it and not its exchanges tells. */
  boolean is(Sought sought, Tenants tenants) {
    return channel.isActive()
        && (sought.id() == null || sought.id().connection() == about.number())
        && Sought.is(sought.listener(), about.listener())
        && (sought.client() == null || sought.client().contains(about.client().getAddress()))
        && (sought.tenant() == null || Sought.is(sought.tenant(), tenant(tenants)));
  }

  private @Nullable String tenant(Tenants tenants) {
    Caller caller = about.memo().of(Caller.class, Caller::new);
    caller.look(tenants, about);
    Tenant tenant = caller.tenant();
    return tenant == null ? null : tenant.name().toString();
  }

  /** What is told of it. */
  OpenConnection describe(List<Open> open, Tenants tenants, long now) {
    TlsSession tls = about.tls();
    long idle = codec.idleNanos();
    return new OpenConnection(
        about.id(),
        about.listener(),
        NetUtil.toSocketAddressString(about.client()),
        about.vpce() == null ? null : about.vpce().toString(),
        tenant(tenants),
        tls != null && "h2".equals(tls.alpn()) ? "h2" : "h1",
        tls == null ? null : tls.version(),
        tls == null ? null : tls.serverName(),
        TimeUnit.NANOSECONDS.toMillis(now - since),
        idle < 0 ? -1 : TimeUnit.NANOSECONDS.toMillis(idle),
        requests.opened(),
        open.size(),
        bytes(open));
  }

  static long bytes(List<Open> open) {
    long bytes = 0;
    for (Open each : open) {
      bytes += each.exchange().bytes();
    }
    return bytes;
  }
}
