package io.postern.admin;

import static io.postern.admin.Column.text;
import static io.postern.admin.Column.time;
import static io.postern.admin.Column.truth;
import static io.postern.admin.Column.whole;
import static io.postern.admin.Column.word;

import io.postern.admin.Operation.Answer;
import io.postern.admin.Operation.Parameter;
import io.postern.config.PoolConfig.Duty;
import io.postern.pool.Pool;
import io.postern.pool.Server;
import io.postern.pool.ServerOverride;
import io.postern.runtime.Overrides;
import io.postern.runtime.ProxyRuntime;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The pools and their servers, and what operators say of those in place of the config. */
final class ServerResource {

  /** A server, with the pool that it is of. */
  private record Member(Pool pool, Server server) {}

  private static final Shape<Pool> POOLS =
      Shape.of(
          text("name", "As the config names it.", Pool::name),
          text("balance", "How a server is chosen.", each -> each.selection().policy().toString()),
          text(
              "protocol",
              "What is spoken to servers.",
              each -> each.dialect().protocol().toString()),
          truth("tls", "Whether by TLS.", each -> each.dialect().tls() != null),
          whole("servers", "How many it has.", each -> each.servers().size()),
          whole("ready", "How many of them may be chosen.", Pool::readyServers),
          whole("inFlight", "Exchanges that its servers have.", ServerResource::inFlight),
          whole("waiting", "Requests that wait for room.", ServerResource::waiting));

  private static final Shape<Member> SERVERS =
      Shape.of(
          text("pool", "The pool that it is of.", each -> each.pool.name()),
          text("server", "Host and port, as the config or DNS has them.", of(Server::label)),
          word(
              "state",
              "Whether it may be chosen, and else why not.",
              Server.Standing.class,
              of(each -> each.state().standing())),
          whole("weight", "Its share beside the others.", of(Server::weight)),
          whole("listed", "The weight that the config or DNS has.", of(Server::listedWeight)),
          whole("inFlight", "Exchanges that it has.", of(Server::inFlight)),
          whole("connections", "Connections to it that are open.", of(Server::connections)),
          whole("attempts", "How often it was chosen.", of(Server::exchanges)),
          whole("faults", "Faults that were its own.", of(Server::faults)),
          time(
              "since",
              "When its state became so; null from the start.",
              of(each -> each.state().since())),
          text(
              "override",
              "Who says something of it in place of the config; null for nobody.",
              of(ServerResource::override)),
          time(
              "until",
              "When that is over; null where it stays.",
              of(each -> each.override() == null ? null : each.override().until())),
          text(
              "reason",
              "What has decided its state, in words.",
              of(each -> each.state().reason())));

  private static final Shape<Overrides.Entry> OVERRIDES =
      Shape.of(
          text("pool", "The pool.", Overrides.Entry::pool),
          text("server", "The server, which may not be there now.", Overrides.Entry::server),
          word(
              "state",
              "What it is to do; null for what the config says.",
              Duty.class,
              each -> each.said().state()),
          whole(
              "weight", "Its share; null for what the config says.", each -> each.said().weight()),
          time("until", "When that is over; null where it stays.", each -> each.said().until()),
          text("by", "Who says so.", each -> each.said().by()));

  private static final Parameter FORCE =
      Parameter.truth("force", "Even where the pool is left without a ready server.");

  private static final List<Parameter> SAID =
      List.of(
          Parameter.text("state", "ready, drain or maint; left out, what the config says."),
          Parameter.whole("weight", "0 to 1000; left out, what the config says."),
          Parameter.text(
              "for", "How long that holds, such as 30m; left out, until it is taken back."),
          FORCE);

  private final ProxyRuntime runtime;

  ServerResource(ProxyRuntime runtime) {
    this.runtime = runtime;
  }

  private static Function<Member, @Nullable Object> of(Function<Server, @Nullable Object> value) {
    return each -> value.apply(each.server);
  }

  private static @Nullable Object override(Server server) {
    ServerOverride said = server.override();
    return said == null ? null : said.by();
  }

  private static int inFlight(Pool pool) {
    return pool.servers().stream().mapToInt(Server::inFlight).sum();
  }

  private static int waiting(Pool pool) {
    return pool.queue() == null ? 0 : pool.queue().waiting();
  }

  List<Operation> operations() {
    Answer servers = new Answer.Many("servers", SERVERS);
    String override = "pools/{pool}/servers/{server}/override";
    return List.of(
        Operation.get(
            "pools",
            "The pools, in the order of the config.",
            List.of(),
            new Answer.Many("pools", POOLS),
            ask -> ask.reply(Page.list("pools", POOLS, runtime.compiled().pools()))),
        Operation.get(
            "servers",
            "The servers of all pools.",
            List.of(
                Parameter.text("pool", "Only those of this pool."),
                Parameter.text(
                    "state", "Only those in this state: ready, ejected, down, drain, maint.")),
            servers,
            this::tell),
        Operation.get(
            "overrides",
            "What is said of servers in place of the config, of those that are not there now, too.",
            List.of(),
            new Answer.Many("overrides", OVERRIDES),
            ask -> ask.reply(Page.list("overrides", OVERRIDES, runtime.overrides().all()))),
        Operation.put(
            override,
            "Says something of a server in place of the config, whatever was said before; it outlives"
                + " a reload, and not the process.",
            SAID,
            servers,
            this::set),
        Operation.delete(
            override,
            "Takes back what was said of a server in place of the config.",
            List.of(FORCE),
            servers,
            this::takeBack));
  }

  private List<Member> members(@Nullable String pool, @Nullable String label) {
    return runtime.compiled().pools().stream()
        .filter(each -> pool == null || each.name().equals(pool))
        .flatMap(each -> each.servers().stream().map(server -> new Member(each, server)))
        .filter(each -> label == null || each.server.label().equals(label))
        .toList();
  }

  private void tell(Ask ask) {
    Server.Standing state = ask.word("state", Server.Standing.class);
    ask.reply(
        Page.list(
            "servers",
            SERVERS,
            members(ask.text("pool"), null).stream()
                .filter(each -> state == null || each.server.state().standing() == state)
                .toList()));
  }

  private void set(Ask ask) {
    Duty state = ask.word("state", Duty.class);
    Integer weight = ask.whole("weight", 0, 1000);
    Duration lasting = ask.length("for");
    if (state == null && weight == null) {
      throw new Refused(400, "state or weight is needed");
    }
    ServerOverride what = new ServerOverride(state, weight, null, ask.by());
    answer(
        runtime
            .overrides()
            .set(ask.variable("pool"), ask.variable("server"), what, lasting, ask.isTrue("force")),
        ask);
  }

  private void takeBack(Ask ask) {
    String pool = ask.variable("pool");
    String server = ask.variable("server");
    answer(runtime.overrides().end(pool, server, "by " + ask.by(), ask.isTrue("force")), ask);
  }

  private void answer(CompletableFuture<Overrides.Outcome> doing, Ask ask) {
    String pool = ask.variable("pool");
    String server = ask.variable("server");
    ask.then(
        doing,
        outcome -> {
          switch (outcome) {
            case DONE -> ask.reply(Page.list("servers", SERVERS, members(pool, server)));
            case UNKNOWN ->
                ask.refuse(
                    new Refused(
                        404, "nothing is known of a server " + server + " of a pool " + pool));
            case LAST ->
                ask.refuse(
                    new Refused(
                        409,
                        "pool " + pool + " would be left without a ready server (force to do it)"));
          }
        });
  }
}
