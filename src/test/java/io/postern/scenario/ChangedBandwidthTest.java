package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.postern.observe.ExchangeMeters;
import io.postern.testkit.Await;
import io.postern.testkit.Behaviour.Respond;
import io.postern.testkit.ClientTls;
import io.postern.testkit.LogLines;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.ProxyV2;
import io.postern.testkit.RawClient;
import io.postern.testkit.Response;
import io.postern.testkit.Scrape;
import io.postern.testkit.ScriptedServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the file of tenants says of bandwidth and weight holds for what is running, too. */
class ChangedBandwidthTest {

  private static final int MIB = 1 << 20;
  private static final String WAITS =
      "postern_tenant_bandwidth_waits_total{direction=\"sent\",tenant=\"%s\"}";

  @TempDir private Path dir;

  private ProxyUnderTest proxy(int port) {
    return ProxyUnderTest.start(
        """
        listeners:
          edge:
            bind: 127.0.0.1:0
            proxyProtocol: required
            tls: {certificates: [@CERTIFICATES@]}
            limits: {bandwidth: 24MiB/s}
        tenantsFile: %s
        routes:
          - {name: all, pool: app}
        pools:
          app: {servers: [{address: "127.0.0.1:%d"}]}
        admin: {bind: 127.0.0.1:0}
        process: {eventLoops: 2, watchInterval: 100ms}
        """
            .formatted(dir.resolve("tenants.yaml"), port));
  }

  private static ScriptedServer server(int mib) {
    return ScriptedServer.start(new Respond(Response.of(200, "x".repeat(mib * MIB))));
  }

  private void replace(String content) throws IOException {
    Path fresh = Files.writeString(dir.resolve("fresh"), content);
    Files.move(fresh, dir.resolve("tenants.yaml"), StandardCopyOption.ATOMIC_MOVE);
  }

  private void replace(ProxyUnderTest proxy, String content) throws IOException {
    long before = Scrape.of(proxy.admin()).value("postern_tenants_file_changes_total");
    replace(content);
    Await.until(
        "it is taken over",
        () -> Scrape.of(proxy.admin()).value("postern_tenants_file_changes_total") > before);
  }

  private static String acme(String limits) {
    return "acme: {vpcEndpoints: [vpce-1], limits: {%s}}%n".formatted(limits);
  }

  private static long waits(ProxyUnderTest proxy, String tenant) {
    return Scrape.of(proxy.admin()).value(WAITS.formatted(tenant));
  }

  private static RawClient download(ProxyUnderTest proxy, String vpce) {
    return RawClient.connect(proxy.address())
        .send(ProxyV2.proxied("192.0.2.1", 4711, "127.0.0.1", 1).vpce(vpce).bytes())
        .startTls(ClientTls.of(ProxyUnderTest.authority(), Version.HOST, "http/1.1"))
        .send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  }

  /** Reads in the background and counts, until it is enough or it is closed. */
  private static AtomicLong counted(RawClient client, AtomicBoolean enough) {
    AtomicLong bytes = new AtomicLong();
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                while (!enough.get()) {
                  bytes.addAndGet(client.read(16 * 1024).length());
                }
              } catch (UncheckedIOException closed) {
                // It was enough, or the test has failed.
              }
            });
    return bytes;
  }

  /** By the old rate, the first piece alone would be paid for much later. */
  @ParameterizedTest
  @ValueSource(strings = {"bandwidth: 1GiB/s", ""})
  void aRunningDownloadSpeedsUp(String limits) throws IOException {
    replace(acme("bandwidth: 1KiB/s"));
    try (ScriptedServer server = server(4);
        ProxyUnderTest proxy = proxy(server.port());
        RawClient client = download(proxy, "vpce-1")) {
      Await.until("it is held back", () -> waits(proxy, "acme") > 0);
      long before = waits(proxy, "acme");
      replace(proxy, acme(limits));
      assertThat(client.readAnswer().content().length()).isEqualTo(4 * MIB);
      assertThat(waits(proxy, "acme")).isGreaterThanOrEqualTo(before);
    }
  }

  /** The client begins to read when there is a limit; what lies about by then is not held back. */
  @Test
  void aRunningDownloadGetsALimit() throws IOException {
    replace(acme(""));
    try (ScriptedServer server = server(24);
        ProxyUnderTest proxy = proxy(server.port());
        RawClient client = download(proxy, "vpce-1")) {
      client.read(64 * 1024);
      replace(proxy, acme("bandwidth: 8MiB/s"));
      long since = System.nanoTime();
      for (int i = 0; i < 23 * 64; i++) {
        client.read(MIB / 64);
      }
      assertThat(System.nanoTime() - since).isGreaterThan(700_000_000L);
      assertThat(waits(proxy, "acme")).isPositive();
    }
  }

  private static String weights(int one, int other) {
    return "one: {vpcEndpoints: [vpce-1], weight: %d}%nother: {vpcEndpoints: [vpce-2], weight: %d}%n"
        .formatted(one, other);
  }

  @Test
  void runningDownloadsShareByTheWeightsOfNow() throws IOException {
    replace(weights(1, 3));
    AtomicBoolean enough = new AtomicBoolean();
    List<RawClient> clients = new ArrayList<>();
    try (ScriptedServer server = server(32);
        ProxyUnderTest proxy = proxy(server.port())) {
      List<AtomicLong> one = new ArrayList<>();
      List<AtomicLong> other = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        clients.add(download(proxy, "vpce-1"));
        one.add(counted(clients.getLast(), enough));
        clients.add(download(proxy, "vpce-2"));
        other.add(counted(clients.getLast(), enough));
      }
      assertThat(partOf(one, other)).isCloseTo(0.25, within(0.07));
      replace(proxy, weights(3, 1));
      assertThat(partOf(one, other)).isCloseTo(0.75, within(0.07));
      enough.set(true);
      clients.forEach(RawClient::close);
    }
  }

  /** Of what comes from now on, the part that comes to the first. */
  private static double partOf(List<AtomicLong> some, List<AtomicLong> others) {
    Await.until("all get some", () -> some.stream().allMatch(each -> each.get() > MIB / 4));
    Await.until("all get some", () -> others.stream().allMatch(each -> each.get() > MIB / 4));
    long before = sum(some);
    long othersBefore = sum(others);
    Await.until("much has come", () -> sum(some) - before + sum(others) - othersBefore > 20 * MIB);
    long come = sum(some) - before;
    return (double) come / (come + sum(others) - othersBefore);
  }

  private static long sum(List<AtomicLong> all) {
    return all.stream().mapToLong(AtomicLong::get).sum();
  }

  /** However tenants come and go. */
  @Test
  void whatIsCountedOfTheOthersNeverGoesBack() throws IOException {
    StringBuilder many = new StringBuilder();
    for (int i = 0; i < 1000; i++) {
      many.append("t%d: {vpcEndpoints: [vpce-%d]}%n".formatted(i, 1000 + i));
    }
    String last = acme("bandwidth: 1KiB/s");
    replace(many + last);
    try (LogLines log = LogLines.of("io.postern.runtime.TenantUpkeep");
        ScriptedServer server = server(1);
        ProxyUnderTest proxy = proxy(server.port());
        RawClient client = download(proxy, "vpce-1")) {
      Await.until("it is held back", () -> waitsOfOthers(proxy) > 0);
      long before = waitsOfOthers(proxy);
      replace(many.toString());
      log.await("there are 1000 tenants now", 1);
      assertThat(waitsOfOthers(proxy)).isGreaterThanOrEqualTo(before);
      replace(many + last);
      log.await("there are 1001 tenants now", 1);
      assertThat(waitsOfOthers(proxy)).isGreaterThanOrEqualTo(before);
      client.reset();
    }
  }

  /** What is told of a thousand tenants is longer than what {@link Scrape} reads. */
  private static long waitsOfOthers(ProxyUnderTest proxy) {
    String series = WAITS.formatted(ExchangeMeters.OTHERS);
    URI uri = URI.create("http://127.0.0.1:%d/metrics".formatted(proxy.admin().getPort()));
    try (HttpClient client = HttpClient.newHttpClient()) {
      HttpRequest request = HttpRequest.newBuilder(uri).build();
      String line =
          Await.result("the metrics", client.sendAsync(request, BodyHandlers.ofString()))
              .body()
              .lines()
              .filter(each -> each.startsWith(series))
              .findFirst()
              .orElseThrow();
      return (long) Double.parseDouble(line.substring(series.length()));
    }
  }

  @Test
  void whoComesBackIsCountedOn() throws IOException {
    replace(acme("bandwidth: 1KiB/s"));
    try (ScriptedServer server = server(1);
        ProxyUnderTest proxy = proxy(server.port());
        RawClient client = download(proxy, "vpce-1")) {
      Await.until("it is held back", () -> waits(proxy, "acme") > 0);
      long before = waits(proxy, "acme");
      replace(proxy, "umbrella: {vpcEndpoints: [vpce-1]}");
      replace(proxy, acme("bandwidth: 1KiB/s"));
      assertThat(waits(proxy, "acme")).isGreaterThanOrEqualTo(before);
      client.reset();
    }
  }
}
