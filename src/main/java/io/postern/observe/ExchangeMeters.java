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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Counts each finished exchange, then passes its record on. On the path of a request: some ten
 * additions, no lock, no look-up but that of the listener, nothing allocated. Shared by all event
 * loops.
 */
public final class ExchangeMeters implements ExchangeSink {

  /** The label of all tenants together that are not counted each for itself: no tenant's name. */
  public static final String OTHERS = "(others)";

  private final Supplier<List<List<RouteMeters>>> routes;
  private final Supplier<Set<String>> listeners;
  private final Supplier<Tenants> tenants;

  /** Those of tenants that have a place of their own, and behind them that of all others. */
  private final List<ExchangeCounters> byTenant = places();

  /** The same of VPC endpoints. */
  private final List<ExchangeCounters> byEndpoint = places();

  private final Map<String, ExchangeCounters> byListener = new ConcurrentHashMap<>();
  private final ExchangeCounters unknown = new ExchangeCounters();
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
   * @param listeners the names of those of now, when they are told of
   * @param tenants the same of tenants
   * @param routes the same of routes, each with one for each of its pools
   * @param captures keeps what was refused
   * @param next takes the records too: the access log
   */
  public ExchangeMeters(
      Supplier<Set<String>> listeners,
      Supplier<Tenants> tenants,
      Supplier<List<List<RouteMeters>>> routes,
      Captures captures,
      ExchangeSink next) {
    this.listeners = listeners;
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
    Map<String, Traffic> sums = new LinkedHashMap<>();
    ExchangeCounters.Collector add =
        (counters, points, labels) -> {
          Traffic more = counters.traffic(by.name(labels));
          sums.merge(more.name(), more, Traffic::plus);
        };
    Consumer<Points> all =
        switch (by) {
          case ROUTE, SERVER -> ofServers(add);
          case TENANT -> ofTenants(add);
          case VPCE -> ofEndpoints(add);
          case LISTENER -> ofListeners(add);
        };
    all.accept((value, labels) -> {});
    return List.copyOf(sums.values());
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
    (tenant == null ? unknown : byTenant.get(tenant.index())).count(record);
    if (record.endpoint != null) {
      byEndpoint.get(record.endpoint.index()).count(record);
    }
    of(record.connection.listener()).count(record);
    ended(record.party).increment(record.phase);
    if (record.fault != null) {
      faults.increment(record.fault.reason());
    }
    next.accept(record);
  }

  private ExchangeCounters of(String listener) {
    ExchangeCounters known = byListener.get(listener);
    return known == null
        ? byListener.computeIfAbsent(listener, any -> new ExchangeCounters())
        : known;
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
        ofServers(ExchangeCounters::collect));
    metrics.gauges(
        "postern_route_exchanges_active",
        "Exchanges that have taken a route and are not finished.",
        List.of("route"),
        ofRoutes(RouteMeters::collectActive));
    describeListeners(metrics);
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

  private void describeListeners(Metrics metrics) {
    metrics.counters(
        "postern_listener_exchanges_total",
        "Finished exchanges by the listener that they came by and class of status.",
        List.of("listener", "class"),
        ofListeners(ExchangeCounters::collect));
    metrics.counters(
        "postern_listener_received_bytes_total",
        "Bytes of content that came from clients by a listener.",
        List.of("listener"),
        ofListeners(ExchangeCounters::collectReceived));
    metrics.counters(
        "postern_listener_sent_bytes_total",
        "Bytes of content that went to clients by a listener.",
        List.of("listener"),
        ofListeners(ExchangeCounters::collectSent));
  }

  private void describeCallers(Metrics metrics) {
    metrics.counters(
        "postern_tenant_exchanges_total",
        "Finished exchanges by tenant and class of status. The tenant is empty where none is known.",
        List.of("tenant", "class"),
        ofTenants(ExchangeCounters::collect));
    metrics.counters(
        "postern_tenant_received_bytes_total",
        "Bytes of content that came from a tenant.",
        List.of("tenant"),
        ofTenants(ExchangeCounters::collectReceived));
    metrics.counters(
        "postern_tenant_sent_bytes_total",
        "Bytes of content that went to a tenant.",
        List.of("tenant"),
        ofTenants(ExchangeCounters::collectSent));
    List<String> endpoint = List.of("tenant", "vpce");
    metrics.counters(
        "postern_vpce_exchanges_total",
        "Finished exchanges by VPC endpoint and class of status, of the endpoints that are a tenant's.",
        List.of("tenant", "vpce", "class"),
        ofEndpoints(ExchangeCounters::collect));
    metrics.counters(
        "postern_vpce_received_bytes_total",
        "Bytes of content that came by a VPC endpoint.",
        endpoint,
        ofEndpoints(ExchangeCounters::collectReceived));
    metrics.counters(
        "postern_vpce_sent_bytes_total",
        "Bytes of content that went to a VPC endpoint.",
        endpoint,
        ofEndpoints(ExchangeCounters::collectSent));
  }

  private void describeTraffic(Metrics metrics) {
    metrics.counters(
        "postern_received_bytes_total",
        "Bytes of content that came from clients, by route, pool and server as the exchanges are.",
        List.of("route", "pool", "server"),
        ofServers(ExchangeCounters::collectReceived));
    metrics.counters(
        "postern_sent_bytes_total",
        "Bytes of content that went to clients, by the same.",
        List.of("route", "pool", "server"),
        ofServers(ExchangeCounters::collectSent));
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

  private Consumer<Points> ofServers(ExchangeCounters.Collector what) {
    return ofRoutes((route, points) -> route.collect(what, points));
  }

  private Consumer<Points> ofListeners(ExchangeCounters.Collector what) {
    return points -> listeners.get().forEach(each -> what.collect(of(each), points, each));
  }

  private static List<ExchangeCounters> places() {
    return Stream.generate(ExchangeCounters::new).limit(Tenants.MOST_COUNTED + 1L).toList();
  }

  private Consumer<Points> ofTenants(ExchangeCounters.Collector what) {
    return points -> {
      List<AsciiString> names = tenants.get().counted();
      for (int i = 0; i < names.size(); i++) {
        what.collect(byTenant.get(i), points, names.get(i).toString());
      }
      if (names.size() == Tenants.MOST_COUNTED) {
        what.collect(byTenant.getLast(), points, OTHERS);
      }
      what.collect(unknown, points, "");
    };
  }

  private Consumer<Points> ofEndpoints(ExchangeCounters.Collector what) {
    return points -> {
      List<Endpoint.Name> names = tenants.get().countedEndpoints();
      for (int i = 0; i < names.size(); i++) {
        Endpoint.Name each = names.get(i);
        what.collect(byEndpoint.get(i), points, each.tenant().toString(), each.vpce().toString());
      }
      if (names.size() == Tenants.MOST_COUNTED) {
        what.collect(byEndpoint.getLast(), points, OTHERS, OTHERS);
      }
    };
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
