package io.postern.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import io.netty.util.NetUtil;
import io.postern.listener.Listener;
import io.postern.pool.Pool;
import io.postern.pool.Server;
import io.postern.runtime.ConfigVersion;
import io.postern.runtime.ProxyRuntime;
import io.postern.runtime.RunState;
import java.io.IOException;
import java.util.List;
import java.util.Locale;

/**
 * How a proxy is.
 *
 * @param version the config that runs
 */
record Status(RunState state, ConfigVersion version, List<Listener> listeners, List<Pool> pools)
    implements Page {

  static Status of(ProxyRuntime runtime) {
    return new Status(
        runtime.state(), runtime.version(), runtime.listeners(), runtime.compiled().pools());
  }

  private static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }

  private static String address(Listener listener) {
    return NetUtil.toSocketAddressString(listener.address());
  }

  @Override
  public String text() {
    StringBuilder text = new StringBuilder();
    text.append(
        "%s, version %d of the config since %s (%s)%n"
            .formatted(name(state), version.number(), version.since(), version.by()));
    for (Listener each : listeners) {
      text.append(
          "listener %s: %s, %d connections%n"
              .formatted(each.name(), address(each), each.openConnections()));
    }
    for (Pool pool : pools) {
      text.append(
          "pool %s: %d of %d servers ready%n"
              .formatted(pool.name(), pool.readyServers(), pool.servers().size()));
      for (Server each : pool.servers()) {
        String why = each.whyUnusable();
        text.append(
            "  %s: %s, weight %d, %d in flight, %d connections%n"
                .formatted(
                    each.label(),
                    why == null ? "ready" : why,
                    each.weight(),
                    each.inFlight(),
                    each.connections()));
      }
    }
    return text.toString();
  }

  @Override
  public void write(JsonGenerator to) throws IOException {
    to.writeStringField("state", name(state));
    to.writeNumberField("version", version.number());
    to.writeStringField("since", version.since().toString());
    to.writeStringField("by", version.by());
    to.writeArrayFieldStart("listeners");
    for (Listener each : listeners) {
      to.writeStartObject();
      to.writeStringField("name", each.name());
      to.writeStringField("address", address(each));
      to.writeNumberField("connections", each.openConnections());
      to.writeEndObject();
    }
    to.writeEndArray();
    to.writeArrayFieldStart("pools");
    for (Pool pool : pools) {
      to.writeStartObject();
      to.writeStringField("name", pool.name());
      to.writeArrayFieldStart("servers");
      for (Server each : pool.servers()) {
        write(to, each);
      }
      to.writeEndArray();
      to.writeEndObject();
    }
    to.writeEndArray();
  }

  private static void write(JsonGenerator to, Server server) throws IOException {
    Server.State state = server.state();
    to.writeStartObject();
    to.writeStringField("address", server.label());
    to.writeStringField("state", name(state.standing()));
    to.writeStringField("reason", state.reason());
    Page.text(to, "since", state.since() == null ? null : state.since().toString());
    to.writeNumberField("weight", server.weight());
    to.writeNumberField("inFlight", server.inFlight());
    to.writeNumberField("connections", server.connections());
    to.writeNumberField("attempts", server.exchanges());
    to.writeNumberField("faults", server.faults());
    to.writeEndObject();
  }
}
