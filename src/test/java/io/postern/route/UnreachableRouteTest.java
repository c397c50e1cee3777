package io.postern.route;

import static io.postern.route.Routes.any;
import static io.postern.route.Routes.compile;
import static io.postern.route.Routes.exactly;
import static io.postern.route.Routes.matching;
import static io.postern.route.Routes.present;
import static io.postern.route.Routes.redirect;
import static io.postern.route.Routes.route;
import static io.postern.route.Routes.toPool;
import static org.assertj.core.api.Assertions.assertThat;

import io.postern.route.Routes.Asked;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A route that an earlier one leaves nothing for is told; any that could match is not. */
class UnreachableRouteTest {

  static Stream<Arguments> covered() {
    return Stream.of(
        Arguments.of(any(), any()),
        Arguments.of(any(), any().hosts("a").path("/x").methods("GET")),
        Arguments.of(any().hosts("a", "b"), any().hosts("b")),
        Arguments.of(any().hosts("*.e.com"), any().hosts("a.e.com", "*.b.e.com", "*.e.com")),
        Arguments.of(any().prefix("/"), any().prefix("/a")),
        Arguments.of(any().prefix("/a"), any().prefix("/a/", "/a/b").hosts("h")),
        Arguments.of(any().prefix("/a/b"), any().path("/a/b", "/a/b/c")),
        Arguments.of(any().path("/a", "/b"), any().path("/b")),
        Arguments.of(any().regex("/a.*"), any().path("/a", "/ab")),
        Arguments.of(any().regex("/a.*", "/b"), any().regex("/b")),
        Arguments.of(any().regex("/a.*"), any().regex("/a.*").prefix("/ab")),
        Arguments.of(any().methods("GET", "PUT"), any().methods("PUT")),
        Arguments.of(
            any().header("x-a", exactly("1")),
            any().header("X-A", exactly("1")).header("x-b", present(false))),
        Arguments.of(any().header("x-a", present(true)), any().header("x-a", exactly("1"))),
        Arguments.of(any().query("q", matching("a+")), any().query("q", matching("a+"))));
  }

  @ParameterizedTest
  @MethodSource("covered")
  void aCoveredRouteIsAProblem(Asked first, Asked second) {
    assertThat(compile(first, second).problems())
        .singleElement()
        .hasToString(
            "t.yaml:11:3: routes[1]: can never match: `r0` (line 1) takes all its requests"
                + " (expected: a place before it, or a narrower match there)");
  }

  static Stream<Arguments> open() {
    return Stream.of(
        Arguments.of(any().hosts("a"), any()),
        Arguments.of(any().hosts("a"), any().hosts("a", "b")),
        Arguments.of(any().hosts("a.e.com"), any().hosts("*.e.com")),
        Arguments.of(any().hosts("*.e.com"), any().hosts("e.com")),
        Arguments.of(any().prefix("/a"), any().prefix("/a", "/b")),
        Arguments.of(any().prefix("/a"), any().prefix("/ab")),
        Arguments.of(any().prefix("/"), any()),
        Arguments.of(any().path("/a"), any().prefix("/a")),
        Arguments.of(any().path("/a"), any().path("/a", "/b")),
        Arguments.of(any().regex("/a"), any().regex("/ab?")),
        Arguments.of(any().regex("/a.*"), any().prefix("/ab")),
        Arguments.of(any().prefix("/a"), any().regex("/a/b")),
        Arguments.of(any().regex("/a.*").prefix("/b"), any().regex("/a.*")),
        Arguments.of(any().methods("GET"), any()),
        Arguments.of(any().methods("GET"), any().methods("GET", "PUT")),
        Arguments.of(any().header("x-a", exactly("1")), any()),
        Arguments.of(any().header("x-a", exactly("1")), any().header("x-a", exactly("2"))),
        Arguments.of(any().header("x-a", exactly("1")), any().query("x-a", exactly("1"))),
        Arguments.of(any().header("x-a", present(true)), any().header("x-a", present(false))),
        Arguments.of(any().query("q", matching("a+")), any().query("q", exactly("aa"))));
  }

  @ParameterizedTest
  @MethodSource("open")
  void aRouteThatCouldMatchIsNone(Asked first, Asked second) {
    assertThat(compile(first, second).problems()).isEmpty();
  }

  static Stream<Arguments> shadowed() {
    return Stream.of(
        Arguments.of(any().hosts("a"), any().hosts("b", "a"), "hosts[1]"),
        Arguments.of(any().hosts("*.e.com"), any().hosts("a.e.com", "e.com"), "hosts[0]"),
        Arguments.of(any().path("/a"), any().path("/b", "/a"), "path[1]"),
        Arguments.of(any().prefix("/a"), any().prefix("/b", "/a/c"), "pathPrefix[1]"),
        Arguments.of(
            any().hosts("a").methods("GET"), any().hosts("a", "b").methods("GET"), "hosts[0]"));
  }

  @ParameterizedTest
  @MethodSource("shadowed")
  void aRouteThatGetsNothingForAHostOrPathIsAWarning(Asked first, Asked second, String where) {
    RouteTable.Compiled compiled = compile(first, second);
    assertThat(compiled.problems()).isEmpty();
    assertThat(compiled.warnings())
        .singleElement()
        .asString()
        .contains("routes[1].match." + where + ": `r0` (line 1) takes all requests for it")
        .endsWith("[shadowed-route]");
  }

  @Test
  void aRouteOfWhichSeveralTakeAllIsAProblem() {
    assertThat(compile(any().hosts("a"), any().hosts("b"), any().hosts("b", "a")).problems())
        .singleElement()
        .asString()
        .contains("routes[2]: can never match: those before it take all its requests together");
    assertThat(compile(any().prefix("/a"), any().path("/b"), any().path("/a/x", "/b")).problems())
        .hasSize(1);
    RouteTable.Compiled open = compile(any().hosts("a"), any().hosts("c"), any().hosts("b", "a"));
    assertThat(open.problems()).isEmpty();
    assertThat(open.warnings()).hasSize(1);
  }

  @Test
  void aRedirectThatNeedsAHostLeavesRequestsWithoutOne() {
    var toHttps = route(0, any(), null, redirect("https://${host}${path}"), null);
    assertThat(compile(List.of(toHttps, toPool(1, any()))).problems()).isEmpty();
    assertThat(compile(List.of(toHttps, toPool(1, any().hosts("a")))).problems()).hasSize(1);
    assertThat(compile(List.of(toHttps, toHttps)).problems()).hasSize(1);
  }

  @Test
  void aPathThatItsOwnPrefixExcludesIsAProblem() {
    assertThat(compile(any().path("/a").prefix("/b")).problems()).hasSize(1);
    assertThat(compile(any().path("/a").regex("/b")).problems()).hasSize(1);
    assertThat(compile(any().path("/b/a").prefix("/b").regex("/b/.")).problems()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"Host", "content-length", "Transfer-Encoding"})
  void aFieldThatIsNeverThereIsAProblem(String name) {
    assertThat(compile(any().header(name, exactly("1"))).problems())
        .singleElement()
        .asString()
        .startsWith("t.yaml:2:3: routes[0].match.headers: `" + name + "` is not among");
  }
}
