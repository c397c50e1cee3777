package io.postern.route;

import io.postern.http.RequestHead;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The route of a request, where each has a host of its own; the requests are for any of them. */
@State(Scope.Thread)
public class RouteBenchmark {

  @Param({"1", "10000"})
  private int hosts;

  private RouteTable table = Routes.compile().table();
  private List<RequestHead> heads = List.of();
  private int next;

  @Setup
  public void compile() {
    table =
        Routes.compile(
                IntStream.range(0, hosts)
                    .mapToObj(i -> Routes.toPool(i, Routes.any().hosts(host(i)).prefix("/")))
                    .toList())
            .table();
    List<RequestHead> all = new ArrayList<>();
    IntStream.range(0, hosts).forEach(i -> all.add(Routes.get(host(i), "/backups/list?page=2")));
    heads = List.copyOf(all);
  }

  private static String host(int index) {
    return "h" + index + ".example.com";
  }

  @Benchmark
  public @Nullable Route match() {
    next = next + 1 == heads.size() ? 0 : next + 1;
    RequestHead head = heads.get(next);
    head.host().arrayChanged(); // a host that was just read has no hash yet
    return table.match(head, null);
  }
}
