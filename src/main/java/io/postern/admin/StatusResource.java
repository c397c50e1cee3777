package io.postern.admin;

import static io.postern.admin.Column.text;
import static io.postern.admin.Column.things;
import static io.postern.admin.Column.time;
import static io.postern.admin.Column.whole;
import static io.postern.admin.Column.word;

import io.postern.admin.Operation.Answer;
import io.postern.listener.Listener;
import io.postern.pool.Pool;
import io.postern.pool.Server;
import io.postern.runtime.ProxyRuntime;
import io.postern.runtime.RunState;
import java.util.List;
import java.util.Locale;

/** How a proxy is, and whether it is to get traffic. */
final class StatusResource {

  private static final Shape<Listener> LISTENERS =
      Shape.of(
          text("name", "As the config names it.", Listener::name),
          text("address", "Where it listens.", Listener::at),
          whole("connections", "Clients' connections that are open.", Listener::openConnections));

  private static final Shape<Server> SERVERS =
      Shape.of(
          text("address", "Host and port, as the config or DNS has them.", Server::label),
          word(
              "state",
              "Whether it may be chosen, and else why not.",
              Server.Standing.class,
              each -> each.state().standing()),
          text("reason", "What has decided that, in words.", each -> each.state().reason()),
          time("since", "When it became so; null from the start.", each -> each.state().since()),
          whole("weight", "Its share beside the others.", Server::weight),
          whole("inFlight", "Exchanges that it has.", Server::inFlight),
          whole("connections", "Connections to it that are open.", Server::connections),
          whole("attempts", "How often it was chosen.", Server::exchanges),
          whole("faults", "Faults that were its own.", Server::faults));

  private static final Shape<Pool> POOLS =
      Shape.of(
          text("name", "As the config names it.", Pool::name),
          things("servers", "Its servers now.", SERVERS, Pool::servers));

  static final Shape<ProxyRuntime> STATUS =
      Shape.of(
          word("state", "How far it is.", RunState.class, ProxyRuntime::state),
          whole(
              "version",
              "The config that runs; 1 is the first.",
              r -> r.reloads().version().number()),
          time("since", "When that was taken over.", r -> r.reloads().version().since()),
          text("by", "Who has asked for that.", r -> r.reloads().version().by()),
          things("listeners", "In the order of the config.", LISTENERS, ProxyRuntime::listeners),
          things("pools", "In the order of the config.", POOLS, r -> r.compiled().pools()));

  private final ProxyRuntime runtime;

  StatusResource(ProxyRuntime runtime) {
    this.runtime = runtime;
  }

  List<Operation> operations() {
    Answer status = new Answer.One(STATUS);
    return List.of(
        Operation.get(
            "status",
            "How it is: its config, listeners, pools and servers.",
            List.of(),
            status,
            ask -> ask.reply(page())),
        Operation.post(
            "drain",
            "Has load balancers send no more traffic here, then asks clients to go; serves on.",
            List.of(),
            status,
            ask -> ask.reply(runtime.drain(ask.by()) ? 200 : 409, page())),
        Operation.post(
            "undrain",
            "Takes a drain back.",
            List.of(),
            status,
            ask -> ask.reply(runtime.undrain(ask.by()) ? 200 : 409, page())));
  }

  private Page page() {
    return Page.one(STATUS, runtime, this::words);
  }

  private String words() {
    StringBuilder text = new StringBuilder();
    text.append(
        "%s, version %d of the config since %s (%s)%n"
            .formatted(
                runtime.state().name().toLowerCase(Locale.ROOT),
                runtime.reloads().version().number(),
                runtime.reloads().version().since(),
                runtime.reloads().version().by()));
    for (Listener each : runtime.listeners()) {
      text.append(
          "listener %s: %s, %d connections%n"
              .formatted(each.name(), each.at(), each.openConnections()));
    }
    for (Pool pool : runtime.compiled().pools()) {
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
}
