package io.postern.scenario;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.fault.Reason;
import io.postern.testkit.Field;
import io.postern.testkit.ProxyUnderTest;
import io.postern.testkit.Request;
import io.postern.testkit.ScriptedServer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of fields whose names a server could take for others, as the listener says. */
class UnusualFieldNamesTest {

  private static final String[] FIELDS = {"x_user", "eve", "x.user", "eve", "x-user", "ada"};

  private final ScriptedServer server = ScriptedServer.start();

  @AfterEach
  void close() {
    server.close();
  }

  private ProxyUnderTest proxy(String listenerKeys) {
    return ProxyUnderTest.start(
        """
        listeners:
          edge: {bind: 127.0.0.1:0, tls: {certificates: [@CERTIFICATES@]}%s}
        routes: [{name: all, pool: app}]
        pools: {app: {servers: [{address: "127.0.0.1:%d"}]}}
        process: {eventLoops: 1}
        """
            .formatted(listenerKeys, server.port()));
  }

  @ParameterizedTest
  @EnumSource
  void theyPassWhereNothingIsSaid(Version version) {
    try (ProxyUnderTest proxy = proxy("");
        Client client = version.connect(proxy)) {
      assertThat(client.request("GET", "/", FIELDS).answer().status()).isEqualTo(200);
      assertThat(names()).contains("x_user", "x.user", "x-user");
    }
  }

  @ParameterizedTest
  @EnumSource
  void theyAreDroppedWhereThatIsSaid(Version version) {
    try (ProxyUnderTest proxy = proxy(", unusualFieldNames: drop");
        Client client = version.connect(proxy)) {
      assertThat(client.request("GET", "/", FIELDS).answer().status()).isEqualTo(200);
      assertThat(names()).contains("x-user").doesNotContain("x_user", "x.user");
    }
  }

  @ParameterizedTest
  @EnumSource
  void aRequestIsRefusedWhereThatIsSaid(Version version) {
    try (ProxyUnderTest proxy = proxy(", unusualFieldNames: refuse")) {
      try (Client client = version.connect(proxy)) {
        client.request("GET", "/", FIELDS);
        Verdict.failed(proxy, Reason.MALFORMED_REQUEST, 400, "PR");
        assertThat(server.requests()).isEmpty();
      }
      try (Client client = version.connect(proxy)) {
        assertThat(client.request("GET", "/", "x-user", "ada").answer().status()).isEqualTo(200);
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void trailersAreDroppedWhereRequestsAreRefused(Version version) {
    try (ProxyUnderTest proxy = proxy(", unusualFieldNames: refuse");
        Client client = version.connect(proxy)) {
      Call call = client.start("POST", "/").send("abc").trailers("x_sum", "1", "x-sum", "2");
      assertThat(call.answer().status()).isEqualTo(200);
      Request request = server.awaitRequest(0);
      assertThat(request.content().trailers()).containsExactly(new Field("x-sum", "2"));
    }
  }

  private List<String> names() {
    return server.awaitRequest(0).head().fields().stream().map(Field::name).toList();
  }
}
