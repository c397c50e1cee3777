package io.postern.route;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.re2j.Pattern;
import io.postern.config.HostPattern;
import io.postern.config.RouteConfig;
import io.postern.config.RouteConfig.ValueMatch;
import io.postern.http.RequestHead;
import io.postern.route.Routes.Asked;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The index against a matcher that goes through the routes one by one and reads like the docs. */
class RouteReferenceTest {

  private static final int TABLES = 500;
  private static final int REQUESTS = 40;
  private static final String[] LABELS = {"a", "b", "c"};
  private static final String[] SEGMENTS = {"x", "y", "xy", "", "X"};
  private static final String[] EXPRESSIONS = {"/x.*", ".*/y", "/[xy]/[xy]", "/", ".*"};
  private static final String[] METHODS = {"GET", "PUT", "get"};
  private static final String[] VALUES = {"1", "2", "1 2", ""};

  @Test
  void theTableTakesWhatTheReferenceTakes() {
    int matched = 0;
    int unmatched = 0;
    int unreachable = 0;
    for (int seed = 0; seed < TABLES; seed++) {
      Random random = new Random(seed);
      List<RouteConfig> routes = new ArrayList<>();
      int count = 1 + random.nextInt(30);
      for (int i = 0; i < count; i++) {
        routes.add(Routes.toPool(i, asked(random)));
      }
      RouteTable.Compiled compiled = Routes.compile(routes);
      Set<String> never = new HashSet<>();
      compiled.problems().stream()
          .filter(problem -> problem.what().startsWith("can never match"))
          .forEach(problem -> never.add(problem.path().replace("routes[", "r").replace("]", "")));
      unreachable += never.size();
      for (int i = 0; i < REQUESTS; i++) {
        RequestHead head = head(random);
        String expected = reference(routes, head);
        assertThat(Routes.taker(compiled, head))
            .as("seed %d, request %d: %s", seed, i, head)
            .isEqualTo(expected);
        assertThat(never).as("seed %d, request %d: %s", seed, i, head).doesNotContain(expected);
        matched += expected.equals("none") ? 0 : 1;
        unmatched += expected.equals("none") ? 1 : 0;
      }
    }
    assertThat(matched).isGreaterThan(TABLES * REQUESTS / 4);
    assertThat(unmatched).isGreaterThan(TABLES * REQUESTS / 20);
    assertThat(unreachable).isGreaterThan(TABLES / 4);
  }

  private static Asked asked(Random random) {
    Asked asked = new Asked();
    if (random.nextInt(4) != 0) {
      asked.hosts = list(random, 2, () -> (random.nextBoolean() ? "*." : "") + host(random));
    }
    int kinds = random.nextInt(16);
    if ((kinds & 3) == 1 || kinds == 15) {
      asked.path = list(random, 2, () -> path(random));
    }
    if ((kinds & 3) == 2 || kinds >= 14) {
      asked.prefix = list(random, 2, () -> path(random));
    }
    if (kinds == 3 || kinds == 10) {
      asked.regex = list(random, 1, () -> one(random, EXPRESSIONS));
    }
    if (random.nextInt(4) == 0) {
      asked.methods = list(random, 2, () -> one(random, METHODS));
    }
    if (random.nextInt(4) == 0) {
      asked.header(random.nextBoolean() ? "X-H" : "x-g", value(random));
    }
    if (random.nextInt(4) == 0) {
      asked.query(random.nextBoolean() ? "q" : "q 2", value(random));
    }
    return asked;
  }

  private static ValueMatch value(Random random) {
    return switch (random.nextInt(3)) {
      case 0 -> Routes.exactly(one(random, VALUES));
      case 1 -> Routes.matching(random.nextBoolean() ? "1.*" : "[12]");
      default -> Routes.present(random.nextBoolean());
    };
  }

  private static RequestHead head(Random random) {
    String[] fields =
        list(random, 3, () -> random.nextBoolean() ? "x-h" : "x-g").stream()
            .flatMap(name -> Stream.of(name, one(random, VALUES)))
            .toArray(String[]::new);
    String query =
        String.join(
            "&",
            list(
                random,
                3,
                () ->
                    one(random, new String[] {"q", "q+2", "%71", "q%202", "r"})
                        + one(random, new String[] {"", "=1", "=2", "=1+2", "=%31%202", "="})));
    String target = random.nextInt(30) == 0 ? "*" : path(random);
    String host = random.nextInt(30) == 0 ? "" : host(random);
    return Routes.head(
        one(random, METHODS),
        host,
        random.nextBoolean() ? target : target + "?" + query,
        random.nextBoolean() ? Routes.fields() : Routes.fields(fields));
  }

  private static String host(Random random) {
    StringBuilder host = new StringBuilder(one(random, LABELS));
    for (int i = random.nextInt(4); i > 0; i--) {
      host.append('.').append(one(random, LABELS));
    }
    return host.toString();
  }

  private static String path(Random random) {
    StringBuilder path = new StringBuilder("/");
    for (int i = random.nextInt(4); i > 0; i--) {
      path.append(one(random, SEGMENTS)).append(i > 1 || random.nextInt(4) == 0 ? "/" : "");
    }
    return path.toString();
  }

  private static String one(Random random, String[] of) {
    return of[random.nextInt(of.length)];
  }

  private static List<String> list(Random random, int atMost, Supplier<String> item) {
    return Stream.generate(item).limit(1 + random.nextInt(atMost)).distinct().toList();
  }

  // What follows is the reference.

  private static String reference(List<RouteConfig> routes, RequestHead head) {
    return routes.stream()
        .filter(route -> takes(route.match(), head))
        .map(RouteConfig::name)
        .findFirst()
        .orElse("none");
  }

  private static boolean takes(RouteConfig.Match match, RequestHead head) {
    String path = head.path().toString();
    return (match.hosts().isEmpty()
            || match.hosts().stream().anyMatch(host -> takesHost(host, head.host().toString())))
        && (match.path().isEmpty() || match.path().contains(path))
        && (match.pathPrefix().isEmpty()
            || match.pathPrefix().stream().anyMatch(prefix -> isBelow(prefix, path)))
        && (match.pathRegex().isEmpty()
            || match.pathRegex().stream().anyMatch(pattern -> pattern.matches(path)))
        && (match.methods().isEmpty() || match.methods().contains(head.method().toString()))
        && match.headers().entrySet().stream()
            .allMatch(entry -> passes(entry.getValue(), fieldValues(head, entry.getKey())))
        && match.query().entrySet().stream()
            .allMatch(entry -> passes(entry.getValue(), parameterValues(head, entry.getKey())));
  }

  private static boolean takesHost(HostPattern pattern, String host) {
    return pattern.wildcard() ? host.endsWith("." + pattern.name()) : host.equals(pattern.name());
  }

  private static boolean isBelow(String prefix, String path) {
    String segments = prefix.endsWith("/") ? prefix : prefix + "/";
    return (path + "/").startsWith(segments) && path.startsWith("/");
  }

  private static List<String> fieldValues(RequestHead head, String name) {
    List<String> values = new ArrayList<>();
    for (int i = 0; i < head.fields().size(); i++) {
      if (head.fields().name(i).contentEqualsIgnoreCase(name)) {
        values.add(head.fields().value(i).toString());
      }
    }
    return values;
  }

  private static List<String> parameterValues(RequestHead head, String name) {
    TreeMap<String, List<String>> all = new TreeMap<>();
    for (String pair : head.query().toString().split("&", -1)) {
      String[] parts = pair.split("=", 2);
      all.computeIfAbsent(decode(parts[0]), _ -> new ArrayList<>())
          .add(parts.length == 1 ? "" : decode(parts[1]));
    }
    return all.getOrDefault(name, List.of());
  }

  private static String decode(String text) {
    return URLDecoder.decode(text, StandardCharsets.UTF_8);
  }

  private static boolean passes(ValueMatch match, List<String> values) {
    Boolean present = match.present();
    if (present != null) {
      return present != values.isEmpty();
    }
    Pattern regex = match.regex();
    return values.stream()
        .anyMatch(value -> regex == null ? value.equals(match.exact()) : regex.matches(value));
  }
}
