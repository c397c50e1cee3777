package io.postern.admin;

import static io.postern.admin.Column.text;
import static io.postern.admin.Column.things;
import static io.postern.admin.Column.whole;
import static io.postern.admin.Column.word;

import io.postern.admin.Operation.Answer;
import io.postern.exchange.OpenExchange;
import io.postern.exchange.Sought;
import io.postern.exchange.Stage;
import io.postern.runtime.Found;
import io.postern.runtime.LiveTraffic;
import io.postern.runtime.ProxyRuntime;
import java.util.List;

/** The exchanges that are open now. */
final class ExchangeResource {

  private static final Shape<OpenExchange> EXCHANGES =
      Shape.of(
          text("id", "Tells it from all others since the start.", OpenExchange::id),
          text("connection", "The id of the client's connection.", OpenExchange::connection),
          word("stage", "How far it is.", Stage.class, OpenExchange::stage),
          whole("ageMs", "Since its first byte, in milliseconds.", OpenExchange::ageMillis),
          whole("received", "Bytes of content from the client.", OpenExchange::received),
          whole("sent", "Bytes of content to the client.", OpenExchange::sent),
          text("listener", "By which the client came.", OpenExchange::listener),
          text("client", "Whose it is.", OpenExchange::client),
          text("tenant", "Null for nobody's.", OpenExchange::tenant),
          text("method", "Empty where the head is not complete.", OpenExchange::method),
          text("host", "That is asked for.", OpenExchange::host),
          text("path", "With the query, redacted as in the access log.", OpenExchange::target),
          text("route", "Null where none matched, yet or at all.", OpenExchange::route),
          text("pool", "Null where it leads to none.", OpenExchange::pool),
          text("server", "The one that was asked last.", OpenExchange::server),
          text("requestId", "As in the access log.", OpenExchange::requestId));

  private static final Shape<Found<OpenExchange>> FOUND =
      Shape.of(
          whole("matched", "How many there are.", Found::matched),
          things("exchanges", "The first of them.", EXCHANGES, Found::first));

  private static final Shape<Integer> ENDED =
      Shape.of(whole("ended", "How many there were.", each -> each));

  private final ProxyRuntime runtime;

  ExchangeResource(ProxyRuntime runtime) {
    this.runtime = runtime;
  }

  List<Operation> operations() {
    Answer ended = new Answer.One(ENDED);
    return List.of(
        Operation.get(
            "exchanges",
            "The requests that are in flight, the oldest first.",
            LiveQuery.LIST,
            new Answer.One(FOUND),
            this::list),
        Operation.delete(
            "exchanges",
            "Ends some requests at once, each with a fault of its own.",
            LiveQuery.FILTERS,
            ended,
            ask -> end(ask, LiveQuery.some(ask))),
        Operation.delete(
            "exchanges/{id}",
            "Ends a request at once.",
            List.of(),
            ended,
            ask -> end(ask, LiveQuery.one(ask, true))));
  }

  private LiveTraffic live() {
    return runtime.insight().live();
  }

  private void list(Ask ask) {
    ask.then(
        live()
            .exchanges(LiveQuery.sought(ask), LiveQuery.order(ask), LiveQuery.limit(ask))
            .thenApply(
                found ->
                    ask.made( // where it is called, and not on the loop of who asks
                        Page.one(
                            FOUND,
                            found,
                            () ->
                                "%d of %d%n".formatted(found.first().size(), found.matched())
                                    + EXCHANGES.table(found.first())))),
        ask.exchange()::reply);
  }

  private void end(Ask ask, Sought sought) {
    ask.then(
        live().endExchanges(sought),
        ended -> {
          if (ended == 0 && sought.id() != null) {
            ask.refuse(new Refused(404, "no exchange " + sought.id() + " is open"));
          } else {
            ask.reply(Page.one(ENDED, ended, () -> ended + " exchanges\n"));
          }
        });
  }
}
