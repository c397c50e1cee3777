package io.postern.admin;

import static io.postern.admin.Column.text;
import static io.postern.admin.Column.things;
import static io.postern.admin.Column.whole;

import io.postern.admin.Operation.Answer;
import io.postern.admin.Operation.Parameter;
import io.postern.exchange.Sought;
import io.postern.listener.OpenConnection;
import io.postern.runtime.Found;
import io.postern.runtime.LiveTraffic;
import io.postern.runtime.ProxyRuntime;
import java.util.List;

/** The connections of clients that are open now. */
final class ConnectionResource {

  private static final Shape<OpenConnection> CONNECTIONS =
      Shape.of(
          text("id", "Tells it from all others since the start.", OpenConnection::id),
          text("listener", "By which it came.", OpenConnection::listener),
          text("client", "Address and port.", OpenConnection::client),
          text("vpce", "The VPC endpoint; null for none.", OpenConnection::vpce),
          text("tenant", "Whose it is; null for nobody's.", OpenConnection::tenant),
          text("protocol", "h1 or h2.", OpenConnection::protocol),
          text("tls", "The version; null for plain.", OpenConnection::tls),
          text("sni", "The name that it asked for in the handshake.", OpenConnection::serverName),
          whole("ageMs", "Since its handshake, in milliseconds.", OpenConnection::ageMillis),
          whole("idleMs", "Without a request; -1 while it has one.", OpenConnection::idleMillis),
          whole("requests", "That it has brought.", OpenConnection::requests),
          whole("exchanges", "Of those, the ones that are open.", OpenConnection::exchanges),
          whole("bytes", "Of content of those, both ways.", OpenConnection::bytes));

  private static final Shape<Found<OpenConnection>> FOUND =
      Shape.of(
          whole("matched", "How many there are.", Found::matched),
          things("connections", "The first of them.", CONNECTIONS, Found::first));

  private static final Shape<Integer> CLOSED =
      Shape.of(whole("closed", "How many there were.", each -> each));

  private static final Parameter NOW =
      Parameter.truth("now", "At once, and not when what is in flight on them is done.");

  private final ProxyRuntime runtime;

  ConnectionResource(ProxyRuntime runtime) {
    this.runtime = runtime;
  }

  List<Operation> operations() {
    Answer closed = new Answer.One(CLOSED);
    return List.of(
        Operation.get(
            "connections",
            "The connections of clients that are open, the oldest first.",
            LiveQuery.LIST,
            new Answer.One(FOUND),
            this::list),
        Operation.delete(
            "connections",
            "Has some connections end, when what is in flight on them is done.",
            LiveQuery.with(NOW),
            closed,
            ask -> close(ask, LiveQuery.some(ask))),
        Operation.delete(
            "connections/{id}",
            "Has a connection end, when what is in flight on it is done.",
            List.of(NOW),
            closed,
            ask -> close(ask, LiveQuery.one(ask, false))));
  }

  private LiveTraffic live() {
    return runtime.insight().live();
  }

  private void list(Ask ask) {
    ask.then(
        live()
            .connections(LiveQuery.sought(ask), LiveQuery.order(ask), LiveQuery.limit(ask))
            .thenApply(
                found ->
                    ask.made( // where it is called, and not on the loop of who asks
                        Page.one(
                            FOUND,
                            found,
                            () ->
                                "%d of %d%n".formatted(found.first().size(), found.matched())
                                    + CONNECTIONS.table(found.first())))),
        ask.exchange()::reply);
  }

  private void close(Ask ask, Sought sought) {
    ask.then(
        live().closeConnections(sought, ask.isTrue("now")),
        closed -> {
          if (closed == 0 && sought.id() != null) {
            ask.refuse(new Refused(404, "no connection " + sought.id() + " is open"));
          } else {
            ask.reply(Page.one(CLOSED, closed, () -> closed + " connections\n"));
          }
        });
  }
}
