package io.postern.observe;

import io.postern.observe.Metrics.Points;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What one route, tenant or server has had so far.
 *
 * @param name of the route or tenant, or {@code pool/server}; empty for exchanges that have none
 * @param requests exchanges that have ended
 * @param errors those of them that were answered 5xx
 * @param received bytes of content from clients; -1 where that is not counted so
 * @param sent bytes of content to clients; -1 where that is not counted so
 */
public record Traffic(String name, long requests, long errors, long received, long sent) {

  /** By what it is told apart. */
  public enum By {
    ROUTE,
    TENANT,
    SERVER
  }

  /** Adds up points of a counter by some of their labels. */
  static final class Sums {

    private static final class Sum {
      private long requests;
      private long errors;
      private long received = -1;
      private long sent = -1;
    }

    private final Map<String, Sum> sums = new LinkedHashMap<>();

    private Sum of(String name) {
      return sums.computeIfAbsent(name, any -> new Sum());
    }

    /** Of exchanges: so many labels are the name, and the last one is the class of the status. */
    Points exchanges(int from, int to) {
      return (value, labels) -> {
        String name = String.join("/", List.of(labels).subList(from, to));
        Sum sum = of(name.equals("/") ? "" : name);
        sum.requests += (long) value;
        sum.errors += labels[labels.length - 1].equals("5xx") ? (long) value : 0;
      };
    }

    Points received() {
      return (value, labels) -> of(labels[0]).received = (long) value;
    }

    Points sent() {
      return (value, labels) -> of(labels[0]).sent = (long) value;
    }

    List<Traffic> all() {
      List<Traffic> all = new ArrayList<>();
      sums.forEach(
          (name, sum) ->
              all.add(new Traffic(name, sum.requests, sum.errors, sum.received, sum.sent)));
      return all;
    }
  }
}
