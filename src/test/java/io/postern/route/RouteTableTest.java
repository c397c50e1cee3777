package io.postern.route;

import static io.postern.route.Routes.any;
import static io.postern.route.Routes.bytes;
import static io.postern.route.Routes.compile;
import static io.postern.route.Routes.exactly;
import static io.postern.route.Routes.fields;
import static io.postern.route.Routes.get;
import static io.postern.route.Routes.head;
import static io.postern.route.Routes.matching;
import static io.postern.route.Routes.present;
import static io.postern.route.Routes.taker;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.AsciiString;
import io.postern.config.RouteConfig;
import io.postern.http.Fields;
import io.postern.http.RequestHead;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RouteTableTest {

  @Test
  void theFirstThatMatchesWinsWhereverItsRulesAreIndexed() {
    var table =
        compile(
            any().hosts("a.example.com").path("/exact"),
            any().hosts("*.example.com").prefix("/api"),
            any().prefix("/api/v1"),
            any().hosts("a.example.com"),
            any());

    assertThat(taker(table, get("a.example.com", "/exact"))).isEqualTo("r0");
    assertThat(taker(table, get("a.example.com", "/api/v1"))).isEqualTo("r1");
    assertThat(taker(table, get("other", "/api/v1/x"))).isEqualTo("r2");
    assertThat(taker(table, get("a.example.com", "/other"))).isEqualTo("r3");
    assertThat(taker(table, get("other", "/other"))).isEqualTo("r4");
    assertThat(table.problems()).isEmpty();
  }

  @Test
  void aRouteMayBeForSomeTenantsOnly() {
    var table = compile(any().tenants("acme", "umbrella"), any().tenants("initech"));
    assertThat(taker(table, get("h", "/"), "umbrella")).isEqualTo("r0");
    assertThat(taker(table, get("h", "/"), "initech")).isEqualTo("r1");
    assertThat(taker(table, get("h", "/"), "hooli")).isEqualTo("none");
    assertThat(taker(table, get("h", "/"))).isEqualTo("none");
    assertThat(table.problems()).isEmpty();
  }

  @Test
  void aRouteOfFewerTenantsIsCoveredByOneOfMore() {
    assertThat(compile(any().tenants("a", "b"), any().tenants("b")).problems()).hasSize(1);
    assertThat(compile(any(), any().tenants("b")).problems()).hasSize(1);
    assertThat(compile(any().tenants("b"), any().tenants("a", "b")).problems()).isEmpty();
    assertThat(compile(any().tenants("b"), any()).problems()).isEmpty();
  }

  @Test
  void nothingMatchesWhereNoRouteDoes() {
    assertThat(taker(compile(any().hosts("a")), get("b", "/"))).isEqualTo("none");
    assertThat(taker(compile(List.of()), get("b", "/"))).isEqualTo("none");
  }

  @ParameterizedTest
  @CsvSource({
    "a.example.com, true",
    "A.Example.COM:8443, true",
    "b.a.example.com, true",
    "example.com, false",
    "xexample.com, false",
    "a.example.com.evil, false",
    "com, false",
    ".example.com, true"
  })
  void aWildcardTakesOneLabelOrMore(String host, boolean matches) {
    var table = compile(any().hosts("*.example.com"));
    assertThat(taker(table, get(host, "/"))).isEqualTo(matches ? "r0" : "none");
  }

  @Test
  void addressesAreHostsToo() {
    var table = compile(any().hosts("10.0.0.1"), any().hosts("[2001:db8::1]"));
    assertThat(taker(table, get("10.0.0.1:80", "/"))).isEqualTo("r0");
    assertThat(taker(table, get("[2001:DB8::1]:443", "/"))).isEqualTo("r1");
    assertThat(taker(table, get("[2001:db8::1]", "/"))).isEqualTo("r1");
  }

  @ParameterizedTest
  @CsvSource({
    "/a, /a, true",
    "/a, /a/, true",
    "/a, /a/b, true",
    "/a, /ab, false",
    "/a, /A, false",
    "/a, /b/a, false",
    "/a/, /a, true",
    "/a/, /a/b, true",
    "/a/, /ab, false",
    "/, /, true",
    "/, /x, true",
    "/, *, false",
    "/a//b, /a//b/c, true",
    "/a//b, /a/b, false"
  })
  void aPrefixIsOfWholeSegments(String prefix, String path, boolean matches) {
    var table = compile(any().prefix(prefix));
    assertThat(taker(table, get("h", path))).isEqualTo(matches ? "r0" : "none");
  }

  @ParameterizedTest
  @CsvSource({"/a, true", "/a/, false", "/, false", "/a?q, true", "/A, false"})
  void aPathIsExact(String target, boolean matches) {
    assertThat(taker(compile(any().path("/a")), get("h", target)))
        .isEqualTo(matches ? "r0" : "none");
  }

  @Test
  void theTargetOfOptionsMatchesRoutesWithoutPath() {
    assertThat(taker(compile(any().prefix("/")), get("h", "*"))).isEqualTo("none");
    assertThat(taker(compile(any()), get("h", "*"))).isEqualTo("r0");
  }

  @Test
  void anExpressionMatchesTheWholePath() {
    var table = compile(any().regex("/v[0-9]+/x", "/caf\u00e9"));
    assertThat(taker(table, get("h", "/v12/x"))).isEqualTo("r0");
    assertThat(taker(table, get("h", "/v12/xy"))).isEqualTo("none");
    assertThat(taker(table, get("h", "/a/v12/x"))).isEqualTo("none");
    assertThat(taker(table, get("h", "/caf\u00e9"))).isEqualTo("r0");
  }

  @Test
  void aBrokenCharacterAtTheEndIsNotPassedOver() {
    var table = compile(any().regex("/admin"));
    var whole = get("h", "/admin");
    byte[] broken = "/admin?".getBytes(StandardCharsets.ISO_8859_1);
    broken[6] = (byte) 0xC3;
    var cut = get("h", "/x");
    var head =
        new RequestHead(
            cut.version(),
            cut.method(),
            cut.authority(),
            cut.target(),
            cut.host(),
            new AsciiString(broken, false),
            cut.query(),
            cut.fields(),
            -1,
            false);
    assertThat(taker(table, whole)).isEqualTo("r0");
    assertThat(taker(table, head)).isEqualTo("none");
  }

  @Test
  void allKindsOfPathMustHoldTogether() {
    var table = compile(any().prefix("/a", "/b").regex(".*\\.json"), any().path("/b", "/c"));
    assertThat(taker(table, get("h", "/a/x.json"))).isEqualTo("r0");
    assertThat(taker(table, get("h", "/a/x.xml"))).isEqualTo("none");
    assertThat(taker(table, get("h", "/d/x.json"))).isEqualTo("none");

    var listed = compile(any().path("/a/1", "/b/1").prefix("/a").regex("/./1"));
    assertThat(taker(listed, get("h", "/a/1"))).isEqualTo("r0");
    assertThat(taker(listed, get("h", "/b/1"))).isEqualTo("none");
    assertThat(listed.problems()).hasSize(1);
  }

  @Test
  void methodsAreExact() {
    var table = compile(any().methods("PUT", "PURGE"));
    assertThat(taker(table, head("PUT", "h", "/", new Fields()))).isEqualTo("r0");
    assertThat(taker(table, head("PURGE", "h", "/", new Fields()))).isEqualTo("r0");
    assertThat(taker(table, head("purge", "h", "/", new Fields()))).isEqualTo("none");
    assertThat(taker(table, get("h", "/"))).isEqualTo("none");
  }

  @Test
  void oneOfSeveralFieldsOfANameIsEnough() {
    var table = compile(any().header("X-Canary", exactly("1")));
    assertThat(taker(table, withFields("x-canary", "0", "x-canary", "1"))).isEqualTo("r0");
    assertThat(taker(table, withFields("x-canary", "0", "x-canary", "2"))).isEqualTo("none");
    assertThat(taker(table, withFields("x-canary", "1x"))).isEqualTo("none");
    assertThat(taker(table, withFields("x-other", "1"))).isEqualTo("none");
  }

  @Test
  void aFieldIsMatchedWholeByAnExpression() {
    var table = compile(any().header("user-agent", matching("curl/.*")));
    assertThat(taker(table, withFields("user-agent", "curl/8.1"))).isEqualTo("r0");
    assertThat(taker(table, withFields("user-agent", "a curl/8.1"))).isEqualTo("none");
  }

  @Test
  void aFieldIsThereOrNot() {
    var table = compile(any().header("x-a", present(true)), any().header("x-b", present(false)));
    assertThat(taker(table, withFields("x-a", ""))).isEqualTo("r0");
    assertThat(taker(table, withFields("x-b", "1"))).isEqualTo("none");
    assertThat(taker(table, withFields("x-c", "1"))).isEqualTo("r1");
  }

  private static RequestHead withFields(String... namesAndValues) {
    return head("GET", "h", "/", fields(namesAndValues));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "a+b=c+d",
        "x=1&a+b=c%20d",
        "a%20b=c%20d",
        "a%20b=1&a+b=c+d&y",
        "%61%20b=%63+d",
        "&&a+b=c+d"
      })
  void aParameterIsReadAsFormsWriteIt(String query) {
    var table = compile(any().query("a b", exactly("c d")));
    assertThat(taker(table, get("h", "/?" + query))).isEqualTo("r0");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "a=c+d", "a+b", "a+b=", "a+b=c", "a+bb=c+d", "aa+b=c+d", "a+b=c+d+"})
  void anotherParameterIsNotTaken(String query) {
    var table = compile(any().query("a b", exactly("c d")));
    assertThat(taker(table, get("h", "/?" + query))).isEqualTo("none");
  }

  @Test
  void parametersMayHaveNoValueOrABrokenEscape() {
    var present = compile(any().query("flag", present(true)));
    assertThat(taker(present, get("h", "/?flag"))).isEqualTo("r0");
    assertThat(taker(present, get("h", "/?a&flag=&b"))).isEqualTo("r0");
    assertThat(taker(present, get("h", "/?flags"))).isEqualTo("none");

    var absent = compile(any().query("flag", present(false)));
    assertThat(taker(absent, get("h", "/"))).isEqualTo("r0");
    assertThat(taker(absent, get("h", "/?f%6Cag"))).isEqualTo("none");

    assertThat(taker(compile(any().query("a", exactly("100%"))), get("h", "/?a=100%")))
        .isEqualTo("r0");
    assertThat(taker(compile(any().query("a", exactly("%zz%4"))), get("h", "/?a=%zz%4")))
        .isEqualTo("r0");
    assertThat(taker(compile(any().query("a", matching("\u00e9+"))), get("h", "/?a=%C3%A9")))
        .isEqualTo("r0");
    assertThat(taker(compile(any().query("a", exactly("b=c"))), get("h", "/?a=b=c")))
        .isEqualTo("r0");
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 10_000})
  void theNumberOfHostsDoesNotChangeWhatIsLookedAt(int count) {
    var routes = new ArrayList<RouteConfig>();
    for (int i = 0; i < count; i++) {
      String host = "tenant-" + i + ".cp.example.com";
      routes.add(Routes.toPool(i, any().hosts(host, "*." + host)));
    }
    var table = compile(routes);
    assertThat(table.problems()).isEmpty();
    for (int i = 0; i < count; i += Math.max(1, count / 100)) {
      String host = "tenant-" + i + ".cp.example.com";
      assertThat(taker(table, get(host, "/"))).isEqualTo("r" + i);
      assertThat(taker(table, get("a.b." + host, "/"))).isEqualTo("r" + i);
      assertThat(table.table().candidates(bytes(host), bytes("/"))).isEqualTo(1);
      assertThat(table.table().candidates(bytes("a.b." + host), bytes("/"))).isEqualTo(1);
    }
    assertThat(table.table().candidates(bytes("stranger.cp.example.com"), bytes("/"))).isZero();
  }

  @ParameterizedTest
  @ValueSource(ints = {10, 10_000})
  void theNumberOfPathsDoesNotChangeWhatIsLookedAt(int count) {
    var routes = new ArrayList<RouteConfig>();
    for (int i = 0; i < count; i += 2) {
      routes.add(Routes.toPool(i, any().hosts("h").path("/exact/" + i)));
      routes.add(Routes.toPool(i + 1, any().prefix("/below/" + (i + 1))));
    }
    var table = compile(routes);
    assertThat(table.problems()).isEmpty();
    for (int i = 0; i < count; i += Math.max(2, count / 100)) {
      assertThat(taker(table, get("h", "/exact/" + i))).isEqualTo("r" + i);
      assertThat(taker(table, get("h", "/below/" + (i + 1) + "/x/y"))).isEqualTo("r" + (i + 1));
      assertThat(table.table().candidates(bytes("h"), bytes("/exact/" + i))).isEqualTo(1);
      assertThat(table.table().candidates(bytes("h"), bytes("/below/" + (i + 1) + "/x")))
          .isEqualTo(1);
    }
  }

  @Test
  void aRouteCarriesItsActionPlaceAndTimeouts() {
    var respond = new RouteConfig.Respond(Routes.place("r", 1), 403, "text/html", "h\u00e9 there");
    var table = compile(List.of(Routes.route(0, any(), null, null, respond)));
    Route route = Objects.requireNonNull(table.table().match(get("h", "/"), null));
    assertThat(route.place().path()).isEqualTo("routes[0]");
    assertThat(route.timeouts()).isEqualTo(Routes.timeouts());
    assertThat(route.action()).isInstanceOf(Action.Respond.class);
    var action = (Action.Respond) route.action();
    assertThat(action.status()).isEqualTo(403);
    assertThat(action.contentType().toString()).isEqualTo("text/html");
    assertThat(action.content().toString(StandardCharsets.UTF_8)).isEqualTo("h\u00e9 there");
  }

  @Test
  void theBodyOfAFixedResponseOutlivesEachOfItsUses() {
    var respond = new RouteConfig.Respond(Routes.place("r", 1), 200, "text/plain", "ok");
    var table = compile(List.of(Routes.route(0, any(), null, null, respond)));
    Route route = Objects.requireNonNull(table.table().match(get("h", "/"), null));
    var action = (Action.Respond) route.action();
    for (int i = 0; i < 3; i++) {
      var content = action.content();
      assertThat(content.readableBytes()).isEqualTo(2);
      content.skipBytes(2);
      content.release();
    }
    assertThat(action.content().isReadOnly()).isTrue();
  }
}
