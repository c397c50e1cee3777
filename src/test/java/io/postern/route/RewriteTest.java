package io.postern.route;

import static io.postern.route.Routes.bytes;
import static io.postern.route.Routes.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.util.AsciiString;
import io.postern.config.Config;
import io.postern.config.ConfigLoader;
import io.postern.config.Loaded;
import io.postern.fault.FaultException;
import io.postern.http.RequestHead;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RewriteTest {

  private static RequestHead rewritten(String match, String rewrite, String target) {
    String yaml =
        """
        listeners: {edge: {bind: "127.0.0.1:0"}}
        routes: [{name: r, match: {%s}, pool: p, rewrite: {%s}}]
        pools: {p: {servers: [{address: "127.0.0.1:1"}]}}
        """
            .formatted(match, rewrite);
    Config config =
        ((Loaded.Valid) ConfigLoader.parse("test.yaml", yaml, Path.of("."), Map.of())).config();
    Route route =
        RouteTable.compile(config).table().explain(get("e", "/"), null).getFirst().route();
    RequestHead head = get("E.com:8443", "/").asking(bytes("E.com:8443"), bytes(target));
    return Objects.requireNonNull(route.rewrite()).of(head);
  }

  @ParameterizedTest
  @CsvSource({
    "/v2, /api, /v2",
    "/v2, /api/, /v2/",
    "/v2/, /api/a/b?c=/api, /v2/a/b?c=/api",
    "/v2/x, /api/a%20b%2Bc/%C3%A9?q, /v2/x/a%20b%2Bc/%C3%A9?q",
    "/v2, /%61p%69/%61, /v2/%61",
    "/v2, /x/../api/./a/%2e%2E/b/., /v2/b/",
    "/v2, /api/a/.., /v2/",
    "/v2, /api/.a/..b/c.., /v2/.a/..b/c..",
    "/v2, /api//a, /v2//a",
    "/v2, /api/long/a, /v2/a",
    "/v2, /api/longer/a, /v2/longer/a",
    "/, /api, /",
    "/, /api/, /",
    "/, /api?q, /?q",
    "/, /api//evil.example/a, /evil.example/a",
    "/, /api/%2e//evil.example, /evil.example",
    "/%C3%A9, /api/a, /%C3%A9/a",
  })
  void aPrefix(String prefix, String target, String expected) {
    String match = "pathPrefix: [/api, /api/long]";
    assertThat(rewritten(match, "pathPrefix: \"" + prefix + "\"", target).target().toString())
        .isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({
    "'/a/(.*)', '/b/\\1', /a/x%20y, /b/x%20y",
    "'/a/(.*)', '/b/\\1', /%61/x%2By?q=1, /b/x%2By?q=1",
    "'/a/(.*)', '/b/\\1', /c/x, /c/x",
    "'/a/(.*)', '/b/\\1', /a/, /b/",
    "'/a(/.*)', '/b/\\1', /a/x, /b/x",
    "'/(é+)/(.*)', '/\\2/\\1', /%C3%A9%c3%a9/x, /x/%C3%A9%c3%a9",
    "'/a/(b)?(c)', '/\\1\\2', /a/c, /c",
    "'.*', '\\0/\\0', /a, /a/a",
    "'/a(.*)', '\\1', /a//x, /x",
    "'/a(.*)', '\\1', /ax, /x",
    "'/a(.*)', '\\1', /a, /",
    "'/x/(.*)', '/\\1', /x/a/../b/%2E/c, /b/c",
  })
  void anExpression(String pattern, String substitution, String target, String expected) {
    String rewrite =
        "pathRegex: {pattern: \"%s\", substitution: '%s'}".formatted(pattern, substitution);
    assertThat(rewritten("", rewrite, target).target().toString()).isEqualTo(expected);
  }

  @Test
  void whatAnExpressionMakesIsLookedAtAgain() {
    String rewrite = "pathRegex: {pattern: '/(.)x(.)/(.*)', substitution: '/a/\\1\\2/\\3'}";
    assertThat(rewritten("", rewrite, "/bxc/d").target().toString()).isEqualTo("/a/bc/d");
    for (String up : new String[] {"/.x./d", "/%2ex%2E/d"}) {
      assertThatThrownBy(() -> rewritten("", rewrite, up)).isInstanceOf(FaultException.class);
    }
    String alias = "pathRegex: {pattern: '/x(.*)', substitution: '/public/\\1'}";
    for (String up : new String[] {"/x../admin", "/x%2e%2E/admin", "/x./a", "/x.."}) {
      assertThatThrownBy(() -> rewritten("", alias, up)).isInstanceOf(FaultException.class);
    }
    assertThat(rewritten("", alias, "/x...?q=/../").target().toString())
        .isEqualTo("/public/...?q=/../");
    String climbing = "pathRegex: {pattern: '/(.)x(.)/(.*)', substitution: '/\\1\\2/\\3'}";
    assertThatThrownBy(() -> rewritten("", climbing, "/.x./d")).isInstanceOf(FaultException.class);
  }

  @Test
  void whatWasSentIsTheSamePath() {
    String[] pieces = {"/", "/", ".", "%2e", "%2E", "a", "%61", ";", "%C3", "\u00e9", "%20", "~"};
    Random random = new Random(7);
    int good = 0;
    for (int i = 0; i < 50_000; i++) {
      StringBuilder target = new StringBuilder("/");
      for (int piece = random.nextInt(12); piece > 0; piece--) {
        target.append(pieces[random.nextInt(pieces.length)]);
      }
      RequestHead head;
      try {
        head = get("e", "/").asking(bytes("e"), bytes(target.toString()));
      } catch (FaultException refused) {
        continue;
      }
      good++;
      int all = head.path().length();
      AsciiString sent = SentPath.of(head).sent(0, all);
      RequestHead again = head.asking(bytes("e"), sent);
      assertThat(again.path().toString()).as("%s", target).isEqualTo(head.path().toString());
      for (int cut = 0; cut <= all; cut++) {
        AsciiString parts = SentPath.of(head).sent(0, cut).concat(SentPath.of(head).sent(cut, all));
        assertThat(parts.equals(sent)).isTrue();
      }
    }
    assertThat(good).isGreaterThan(5_000);
  }

  @Test
  void theWholePathAndTheHost() {
    RequestHead head = rewritten("", "path: /a%20b, host: App.internal:81", "/x?y=z");
    assertThat(head.target().toString()).isEqualTo("/a%20b?y=z");
    assertThat(head.path().toString()).isEqualTo("/a b");
    assertThat(head.query().toString()).isEqualTo("y=z");
    assertThat(head.authority().toString()).isEqualTo("App.internal:81");
    assertThat(head.host().toString()).isEqualTo("app.internal");
    RequestHead host = rewritten("", "host: '[::1]'", "/x/./y?z");
    assertThat(host.target().toString()).isEqualTo("/x/./y?z");
    assertThat(host.authority().toString()).isEqualTo("[::1]");
  }
}
