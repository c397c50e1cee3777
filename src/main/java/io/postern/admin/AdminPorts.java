package io.postern.admin;

import io.postern.config.AdminConfig;
import io.postern.config.Bind;
import io.postern.config.Config;
import io.postern.config.HandshakeLimits;
import io.postern.config.HealthConfig;
import io.postern.config.ListenerConfig;
import io.postern.config.ListenerConfig.ProxyProtocol;
import io.postern.config.Loaded;
import io.postern.config.Place;
import io.postern.config.Size;
import io.postern.config.TlsConfig;
import io.postern.listener.Listener;
import io.postern.observe.Metrics;
import io.postern.runtime.ProxyRuntime;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The ports that the config asks for beside the listeners. Opened and closed by {@code cli}, from
 * any thread but an event loop; their sockets are the runtime's, and closed by it last of all.
 */
public final class AdminPorts implements AutoCloseable {

  /** Few ask there; whoever else comes is not to take the descriptors of the clients. */
  private static final int CONNECTIONS = 1000;

  private static final Size HEAD = new Size(16 * 1024);

  private final @Nullable Metrics metrics;
  private final @Nullable InetSocketAddress admin;

  private AdminPorts(@Nullable Metrics metrics, @Nullable InetSocketAddress admin) {
    this.metrics = metrics;
    this.admin = admin;
  }

  /**
   * Opens the port of the health, where the config has one: before the runtime listens, so that a
   * load balancer is told that it is starting.
   *
   * @return its address; null where there is none
   * @throws io.postern.runtime.StartException where it cannot be bound
   */
  public static @Nullable InetSocketAddress openHealth(Config config, ProxyRuntime runtime) {
    HealthConfig health = config.health();
    return health == null
        ? null
        : listen(
                runtime,
                port(health.place(), "health", health.bind(), ProxyProtocol.OPTIONAL, null),
                new HealthSite(health.path(), runtime::state))
            .address();
  }

  /**
   * Opens the other ports: after the runtime listens, for the metrics take half a second to set up.
   *
   * @param others makes families known that are not the runtime's
   * @param source reads the config again; null where there is no file
   * @throws io.postern.runtime.StartException where an address cannot be bound
   */
  public static AdminPorts open(
      Config config,
      ProxyRuntime runtime,
      Consumer<Metrics> others,
      @Nullable Supplier<Loaded> source) {
    AdminConfig admin = config.admin();
    if (admin == null) {
      return new AdminPorts(null, null);
    }
    Metrics metrics = new Metrics();
    runtime.describe(metrics);
    others.accept(metrics);
    Access access = new Access(() -> tokens(runtime));
    Api api = new Api(access, operations(runtime, source));
    return new AdminPorts(metrics, open(admin, runtime, new AdminSite(metrics, access, api)));
  }

  private static @Nullable InetSocketAddress open(
      AdminConfig admin, ProxyRuntime runtime, AdminSite site) {
    Path socket = admin.socket();
    if (socket != null) {
      Bind.Unix at = new Bind.Unix(socket);
      listen(runtime, port(admin.place(), "admin", at, ProxyProtocol.NONE, null), site);
    }
    Bind bind = admin.bind();
    return bind == null
        ? null
        : listen(runtime, port(admin.place(), "admin", bind, ProxyProtocol.NONE, admin.tls()), site)
            .address();
  }

  private static Map<String, AdminConfig.Token> tokens(ProxyRuntime runtime) {
    AdminConfig admin = runtime.config().admin();
    return admin == null ? Map.of() : admin.tokens();
  }

  private static List<Operation> operations(
      ProxyRuntime runtime, @Nullable Supplier<Loaded> source) {
    return Stream.of(
            new StatusResource(runtime).operations(),
            new ConfigResource(runtime, source).operations(),
            new ConnectionResource(runtime).operations(),
            new ExchangeResource(runtime).operations(),
            new CaptureResource(runtime).operations(),
            new EventResource().operations(),
            new TrafficResource(runtime).operations(),
            new ServerResource(runtime).operations(),
            new ListenerResource(runtime).operations(),
            new RouteResource(runtime).operations(),
            new TenantResource(runtime).operations(),
            LoggerResource.ofProcess().operations())
        .flatMap(List::stream)
        .toList();
  }

  private static Listener listen(
      ProxyRuntime runtime, ListenerConfig port, LocalExchange.Site site) {
    return runtime.listenAside(port, LocalExchange.of(site));
  }

  /** Such a port is a listener like any other: what stands in its pipeline is said here. */
  private static ListenerConfig port(
      Place place, String name, Bind bind, ProxyProtocol proxyProtocol, @Nullable TlsConfig tls) {
    HandshakeLimits any = new HandshakeLimits(place, 0, null);
    return new ListenerConfig(
        place,
        name,
        bind,
        proxyProtocol,
        tls,
        ListenerConfig.UnusualFieldNames.PASS,
        new ListenerConfig.Limits(
            place, CONNECTIONS, 0, any, any, HEAD, HEAD, 100, 1, HEAD, 0, null),
        new ListenerConfig.Timeouts(
            place,
            Duration.ofSeconds(5),
            Duration.ofSeconds(10),
            Duration.ofSeconds(10),
            Duration.ofSeconds(60),
            null));
  }

  /** Where metrics are asked for; null where there is no such port. */
  public @Nullable InetSocketAddress admin() {
    return admin;
  }

  /** Measures no more; the sockets end with the runtime. */
  @Override
  public void close() {
    if (metrics != null) {
      metrics.close();
    }
  }
}
