package io.postern.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.postern.admin.AdminPorts;
import io.postern.config.Config;
import io.postern.config.ConfigLoader;
import io.postern.config.Loaded;
import io.postern.observe.Arrivals;
import io.postern.observe.ExchangeRecord;
import io.postern.pool.Pool;
import io.postern.pool.Server;
import io.postern.runtime.Compiled;
import io.postern.runtime.Drain;
import io.postern.runtime.Explanation;
import io.postern.runtime.ProxyRuntime;
import io.postern.runtime.Question;
import io.postern.runtime.ReloadReport;
import io.postern.runtime.ReloadRequest;
import io.postern.tls.CertificateAuthority;
import io.postern.tls.KeyLog;
import io.postern.tls.KeyType;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A whole proxy in the test's process, from a config as an operator would write it. Every finished
 * exchange lands in a queue, so that a test can wait for its record.
 *
 * <p>In the config, {@code @CERTIFICATES@} stands for the certificates of {@code localhost}, {@code
 * *.example.test} and {@code example.test}.
 */
public final class ProxyUnderTest implements AutoCloseable {

  private static final CertificateAuthority AUTHORITY = CertificateAuthority.create("Test CA");

  private final ProxyRuntime runtime;
  private final @Nullable InetSocketAddress health;
  private final AdminPorts ports;
  private final Path directory;
  private final AtomicReference<String> file;
  private final BlockingQueue<ExchangeRecord> records;

  private ProxyUnderTest(
      ProxyRuntime runtime,
      @Nullable InetSocketAddress health,
      AdminPorts ports,
      Path directory,
      AtomicReference<String> file,
      BlockingQueue<ExchangeRecord> records) {
    this.runtime = runtime;
    this.health = health;
    this.ports = ports;
    this.directory = directory;
    this.file = file;
    this.records = records;
  }

  /** Starts a proxy; fails where the config has a problem. */
  public static ProxyUnderTest start(String yaml) {
    return start(yaml, health -> {});
  }

  /**
   * Starts a proxy as {@link #start(String)} does.
   *
   * @param beforeListening given the address of the port of the health while nothing else is bound
   */
  public static ProxyUnderTest start(
      String yaml, Consumer<@Nullable InetSocketAddress> beforeListening) {
    return start(yaml, beforeListening, null);
  }

  /** Starts a proxy that tells the secrets of its TLS connections; the log is the test's own. */
  public static ProxyUnderTest start(String yaml, KeyLog keyLog) {
    return start(yaml, health -> {}, keyLog);
  }

  private static ProxyUnderTest start(
      String yaml, Consumer<@Nullable InetSocketAddress> beforeListening, @Nullable KeyLog keyLog) {
    Path directory = certificates();
    Config config = valid(load(yaml, directory));
    Compiled compiled = Compiled.of(config, InstantSource.system().instant(), keyLog);
    assertThat(compiled.problems()).isEmpty();
    BlockingQueue<ExchangeRecord> records = new LinkedBlockingQueue<>();
    ProxyRuntime runtime = ProxyRuntime.create(config, compiled, records::add);
    InetSocketAddress health = AdminPorts.openHealth(config, runtime);
    beforeListening.accept(health);
    runtime.listen();
    AtomicReference<String> file = new AtomicReference<>(yaml);
    AdminPorts ports =
        AdminPorts.open(
            config,
            runtime,
            others -> {},
            () -> load(Objects.requireNonNull(file.get()), directory));
    return new ProxyUnderTest(runtime, health, ports, directory, file, records);
  }

  /**
   * Starts a proxy with a TLS listener on any port, one route for all, and one pool.
   *
   * @param listenerTimeouts such as {@code requestHead: 300ms}, the inside of a YAML flow map
   * @param routeTimeouts such as {@code response: 300ms}; for {@code /next}, which shows that all
   *     is well behind a failure, the default ones hold
   * @param servers the addresses of the pool
   */
  public static ProxyUnderTest to(
      String listenerTimeouts, String routeTimeouts, InetSocketAddress... servers) {
    StringBuilder list = new StringBuilder();
    for (InetSocketAddress server : servers) {
      list.append("      - {address: \"127.0.0.1:").append(server.getPort()).append("\"}\n");
    }
    return start(
        """
        listeners:
          edge:
            bind: 127.0.0.1:0
            limits: {connections: 1000}
            tls: {certificates: [@CERTIFICATES@]}
            timeouts: {%s}
        routes:
          - {name: next, match: {path: [/next]}, pool: app}
          - name: all
            pool: app
            timeouts: {%s}
        pools:
          app:
            servers:
        %s
        process: {eventLoops: 1}
        """
            .formatted(listenerTimeouts, routeTimeouts, list));
  }

  /** Starts a proxy to these servers, with the default timeouts. */
  public static ProxyUnderTest to(InetSocketAddress... servers) {
    return to("", "", servers);
  }

  /**
   * Writes the same config for a process of its own.
   *
   * @param directory where it and its certificates go
   * @return the file
   */
  public static String write(String yaml, Path directory) {
    try {
      Path file = directory.resolve("postern.yaml");
      return Files.writeString(file, withCertificates(yaml, directory)).toString();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String withCertificates(String yaml, Path directory) throws IOException {
    issue(directory);
    return yaml.replace("@CERTIFICATES@", pair(directory));
  }

  private static void issue(Path directory) throws IOException {
    AUTHORITY
        .issue(KeyType.ECDSA, List.of("localhost", "example.test", "*.example.test"))
        .writeTo(directory, "server");
  }

  private static String pair(Path directory) {
    return "{chain: %s, key: %s}"
        .formatted(directory.resolve("server.pem"), directory.resolve("server.key"));
  }

  /** A directory with certificates. */
  private static Path certificates() {
    try {
      Path directory =
          Files.createTempDirectory(Path.of("target").toAbsolutePath(), "certificates-");
      issue(directory);
      return directory;
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Loaded load(String yaml, Path directory) {
    return ConfigLoader.parse(
        "test.yaml", yaml.replace("@CERTIFICATES@", pair(directory)), directory, Map.of());
  }

  private static Config valid(Loaded loaded) {
    return switch (loaded) {
      case Loaded.Valid valid -> valid.config();
      case Loaded.Invalid invalid -> fail("%s", invalid.problems());
    };
  }

  /** The file has another config now, which is read when somebody asks for that. */
  public void write(String yaml) {
    file.set(yaml);
  }

  /** Reloads another config, and waits until it is known what came of it. */
  public ReloadReport reload(String yaml) {
    return reload(yaml, false, false);
  }

  /** The same, forced or only tried. */
  public ReloadReport reload(String yaml, boolean force, boolean trial) {
    return runtime
        .reloads()
        .reload(new ReloadRequest(() -> load(yaml, directory), "a test", force, trial))
        .join();
  }

  /** What is wrong with a config that loads, once what it names is looked at. */
  public static List<String> problems(String yaml) {
    Compiled compiled =
        Compiled.of(valid(load(yaml, certificates())), InstantSource.system().instant());
    compiled.close();
    return compiled.problems().stream().map(Object::toString).toList();
  }

  /** The address of the first listener. */
  public InetSocketAddress address() {
    return runtime.listeners().getFirst().address();
  }

  /** The address of a listener by its name. */
  public InetSocketAddress address(String listener) {
    return runtime.listeners().stream()
        .filter(each -> each.name().equals(listener))
        .findFirst()
        .orElseThrow()
        .address();
  }

  /** Where metrics are asked for. */
  public InetSocketAddress admin() {
    return Objects.requireNonNull(ports.admin());
  }

  /** Where the health is asked for. */
  public InetSocketAddress health() {
    return Objects.requireNonNull(health);
  }

  /** How the connections of a listener began. */
  public Arrivals arrivals(String listener) {
    return runtime.listeners().stream()
        .filter(each -> each.name().equals(listener))
        .findFirst()
        .orElseThrow()
        .meters()
        .arrivals();
  }

  /** Who has signed the certificates. */
  public static X509Certificate authority() {
    return AUTHORITY.caCertificate();
  }

  /** The running proxy. */
  public ProxyRuntime runtime() {
    return runtime;
  }

  /** What would become of a request. */
  public Explanation explain(Question question) {
    return Explanation.of(runtime.config(), runtime.compiled(), question);
  }

  /** A pool. */
  public Pool pool(String name) {
    return Objects.requireNonNull(runtime.compiled().snapshot().pools().get(name));
  }

  /** What the proxy counts of a server of a pool. */
  public Server server(String pool, int index) {
    return pool(pool).servers().get(index);
  }

  /** A drain of this proxy by its config; {@link Drain#run} blocks. */
  public Drain drain() {
    return new Drain(runtime);
  }

  /** Waits for the record of the next exchange to finish. */
  public ExchangeRecord record() {
    try {
      ExchangeRecord record = records.poll(Await.LIMIT.toMillis(), TimeUnit.MILLISECONDS);
      assertThat(record).as("the record of an exchange").isNotNull();
      return record;
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Whether no exchange has finished that was not asked for. */
  public boolean hasNoRecord() {
    return records.isEmpty();
  }

  @Override
  public void close() {
    ports.close();
    runtime.close();
  }
}
