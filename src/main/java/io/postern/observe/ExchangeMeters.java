package io.postern.observe;

import io.netty.util.AsciiString;
import io.postern.fault.Fault;
import io.postern.fault.Party;
import io.postern.fault.Phase;
import io.postern.fault.Reason;
import io.postern.http.DownstreamConnection;
import io.postern.http.Passage;
import io.postern.observe.Metrics.Points;
import io.postern.tenant.Endpoint;
import io.postern.tenant.Tenant;
import io.postern.tenant.Tenants;
import java.util.EnumMap;
import java.util.List;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Counts each finished exchange, then passes its record on. On the path of a request: some ten
 * additions, no lock, no look-up, nothing allocated. Shared by all event loops.
 */
public final class ExchangeMeters implements ExchangeSink {

  /** The label of all tenants together that are not counted each for itself: no tenant's name. */
  public static final String OTHERS = "(others)";

  private final Supplier<List<List<RouteMeters>>> routes;
  private final Supplier<Tenants> tenants;

  /** Those of tenants that have a place of their own, and behind them that of all others. */
  private final List<StatusCounters> byTenant = places();

  /** The same of VPC endpoints. */
  private final List<StatusCounters> byEndpoint = places();

  private final StatusCounters unknown = new StatusCounters();
  private final RouteMeters unrouted = new RouteMeters("", null, List.of());
  private final Captures captures;
  private final ExchangeSink next;
  private final LongAdder active = new LongAdder();
  private final LongAdder tunnels = new LongAdder();
  private final Counters<Reason> faults = new Counters<>(Reason.class);

  private final EnumMap<Party, Counters<Phase>> ends = new EnumMap<>(Party.class);

  /**
   * Counts for these tenants and routes.
   *
   * @param tenants those of now, when they are told of
   * @param routes the same of routes, each with one for each of its pools
   * @param captures keeps what was refused
   * @param next takes the records too: the access log
   */
  public ExchangeMeters(
      Supplier<Tenants> tenants,
      Supplier<List<List<RouteMeters>>> routes,
      Captures captures,
      ExchangeSink next) {
    this.tenants = tenants;
    this.routes = routes;
    this.captures = captures;
    this.next = next;
    for (Party party : Party.values()) {
      ends.put(party, new Counters<>(Phase.class));
    }
  }

  @Override
  public void opened() {
    active.increment();
  }

  @Override
  public void upgraded() {
    tunnels.increment();
  }

  /** What each had so far, from the very counters of the metrics. */
  public List<Traffic> traffic(Traffic.By by) {
    Traffic.Sums sums = new Traffic.Sums();
    switch (by) {
      case ROUTE -> {
        ofRoutes(RouteMeters::collectExchanges).accept(sums.exchanges(0, 1));
        ofRoutes(RouteMeters::collectReceived).accept(sums.received());
        ofRoutes(RouteMeters::collectSent).accept(sums.sent());
      }
      case TENANT -> collectTenants(sums.exchanges(0, 1));
      case SERVER -> ofRoutes(RouteMeters::collectExchanges).accept(sums.exchanges(1, 3));
    }
    return sums.all();
  }

  /** What was refused lately. */
  public Captures captures() {
    return captures;
  }

  /** What a parser of ours refused, and not what merely came too late. */
  @Override
  public void refused(
      DownstreamConnection client, @Nullable String server, Fault fault, Supplier<Passage> bytes) {
    if (fault.reason().party() == Party.PROXY) {
      captures.add(client, server, fault, bytes.get());
    }
  }

  @Override
  public void accept(ExchangeRecord record) {
    active.decrement();
    if (record.upgrade != null) {
      tunnels.decrement();
    }
    RouteMeters route = record.meters;
    (route == null ? unrouted : route).count(record);
    Tenant tenant = record.tenant;
    (tenant == null ? unknown : byTenant.get(tenant.index())).count(record.status);
    if (record.endpoint != null) {
      byEndpoint.get(record.endpoint.index()).count(record.status);
    }
    ended(record.party).increment(record.phase);
    if (record.fault != null) {
      faults.increment(record.fault.reason());
    }
    next.accept(record);
  }

  @SuppressWarnings("NullAway") // the constructor put one in for every party
  private Counters<Phase> ended(Party party) {
    return ends.get(party);
  }

  /** How many exchanges have begun and are not finished. */
  public long active() {
    return active.sum();
  }

  /** Makes its families known. */
  public void describe(Metrics metrics) {
    metrics.counters(
        "postern_exchanges_total",
        "Finished exchanges by route, pool, server and class of status. The server is the last one"
            + " that was tried, and empty where none was; the route is empty where none matched.",
        List.of("route", "pool", "server", "class"),
        ofRoutes(RouteMeters::collectExchanges));
    describeCallers(metrics);
    metrics.gauges(
        "postern_exchanges_active",
        "Exchanges that have begun and are not finished.",
        List.of(),
        points -> points.add(active()));
    metrics.gauges(
        "postern_tunnels_active",
        "Of those, the ones that have become tunnels (WebSocket and the like) and are not finished.",
        List.of(),
        points -> points.add(tunnels.sum()));
    metrics.counters(
        "postern_exchange_ends_total",
        "Finished exchanges by the two letters of the termination code: by whom it was ended, and"
            + " in which phase. Combinations that have not happened are left out.",
        List.of("party", "phase"),
        this::collectEnds);
    metrics.counters(
        "postern_faults_total",
        "Exchanges that ended with a fault, by its reason.",
        List.of("reason"),
        faults::collect);
    describeTraffic(metrics);
    describeDurations(metrics);
  }

  private void describeCallers(Metrics metrics) {
    metrics.counters(
        "postern_tenant_exchanges_total",
        "Finished exchanges by tenant and class of status. The tenant is empty where none is known.",
        List.of("tenant", "class"),
        this::collectTenants);
    metrics.counters(
        "postern_vpce_exchanges_total",
        "Finished exchanges by VPC endpoint and class of status, of the endpoints that are a tenant's.",
        List.of("tenant", "vpce", "class"),
        this::collectEndpoints);
  }

  private void describeTraffic(Metrics metrics) {
    metrics.counters(
        "postern_received_bytes_total",
        "Bytes of content that came from clients.",
        List.of("route"),
        ofRoutes(RouteMeters::collectReceived));
    metrics.counters(
        "postern_sent_bytes_total",
        "Bytes of content that went to clients.",
        List.of("route"),
        ofRoutes(RouteMeters::collectSent));
    metrics.counters(
        "postern_retries_total",
        "Attempts beyond the first of an exchange.",
        List.of("route", "pool"),
        ofRoutes(RouteMeters::collectRetries));
    metrics.counters(
        "postern_grpc_calls_total",
        "Finished gRPC calls by the status that the client was told. Statuses that have not"
            + " happened are left out.",
        List.of("route", "pool", "status"),
        ofRoutes(RouteMeters::collectCalls));
  }

  private void describeDurations(Metrics metrics) {
    metrics.histograms(
        "postern_exchange_duration_seconds",
        "From the first byte of a request to the end of its exchange (Ta of the access log).",
        List.of("route", "pool"),
        ofRoutes(RouteMeters::collectDurations));
    metrics.histograms(
        "postern_connect_duration_seconds",
        "What opening a connection to a server took (Tc of the access log). Exchanges that took one"
            + " that was open are not counted.",
        List.of("route", "pool"),
        ofRoutes(RouteMeters::collectConnects));
    metrics.histograms(
        "postern_response_duration_seconds",
        "From the connection to a server to the head of its response (Tr of the access log): an"
            + " upload before it is part of that.",
        List.of("route", "pool"),
        ofRoutes(RouteMeters::collectResponses));
  }

  private <T> Consumer<T> ofRoutes(BiConsumer<RouteMeters, T> collect) {
    return points -> {
      routes.get().forEach(each -> each.forEach(route -> collect.accept(route, points)));
      collect.accept(unrouted, points);
    };
  }

  private static List<StatusCounters> places() {
    return Stream.generate(StatusCounters::new).limit(Tenants.MOST_COUNTED + 1L).toList();
  }

  private void collectTenants(Points points) {
    List<AsciiString> names = tenants.get().counted();
    for (int i = 0; i < names.size(); i++) {
      byTenant.get(i).collect(points, names.get(i).toString());
    }
    if (names.size() == Tenants.MOST_COUNTED) {
      byTenant.getLast().collect(points, OTHERS);
    }
    unknown.collect(points, "");
  }

  private void collectEndpoints(Points points) {
    List<Endpoint.Name> names = tenants.get().countedEndpoints();
    for (int i = 0; i < names.size(); i++) {
      Endpoint.Name each = names.get(i);
      byEndpoint.get(i).collect(points, each.tenant().toString(), each.vpce().toString());
    }
    if (names.size() == Tenants.MOST_COUNTED) {
      byEndpoint.getLast().collect(points, OTHERS, OTHERS);
    }
  }

  private void collectEnds(Points points) {
    for (Party party : Party.values()) {
      for (Phase phase : Phase.values()) {
        long count = ended(party).of(phase);
        // Most of the 70 cannot be, and which can is nobody's to list; of this one, 0 is told.
        if (count > 0 || (party == Party.NONE && phase == Phase.DONE)) {
          points.add(count, String.valueOf(party.letter()), String.valueOf(phase.letter()));
        }
      }
    }
  }
}
