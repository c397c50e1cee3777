package io.postern.route;

import io.netty.util.AsciiString;
import io.postern.balance.KeyHash;
import io.postern.config.RequestKey;
import io.postern.config.RouteConfig;
import io.postern.http.RequestHead;
import io.postern.tenant.Tenant;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Which of several pools a request goes to. With a key it is rendezvous hashing by weight: the same
 * key always goes to the same pool, on all machines, and where a weight changes no key moves but to
 * a pool that has a larger share than before, or away from one that has a smaller. Without, or for
 * a request that has none, it is by lot. Immutable and shared.
 */
public final class Split {

  /** One of the pools. */
  private record Share(String pool, int weight, long seed) {}

  private final List<Share> shares;
  private final KeyReader by;
  private final int total;

  private Split(List<Share> shares, KeyReader by) {
    this.shares = shares;
    this.by = by;
    total = shares.stream().mapToInt(Share::weight).sum();
  }

  static Split compile(List<RouteConfig.PoolShare> shares, RequestKey by) {
    return new Split(
        shares.stream()
            .map(share -> new Share(share.pool(), share.weight(), seed(share.pool())))
            .toList(),
        KeyReader.of(by));
  }

  private static long seed(String pool) {
    return KeyHash.of(Utf8.bytes(pool), 0);
  }

  /** The names of the pools, in the order of the config. */
  public List<String> pools() {
    return shares.stream().map(Share::pool).toList();
  }

  /** The name of a pool by its place. */
  public String pool(int index) {
    return shares.get(index).pool;
  }

  /**
   * The place of the pool that a request goes to.
   *
   * @param tenant who is calling; null where that is not known
   * @param client the client's address, as text
   * @param random what lots are drawn from; of the event loop that calls
   */
  public int choose(
      RequestHead head, @Nullable Tenant tenant, AsciiString client, RandomGenerator random) {
    AsciiString key = by.read(head, tenant, client);
    return key == null ? drawn(random) : of(key);
  }

  /** Whether it is the same for each such request. */
  public boolean isSure(RequestHead head, @Nullable Tenant tenant, AsciiString client) {
    return by.read(head, tenant, client) != null;
  }

  private int drawn(RandomGenerator random) {
    int left = random.nextInt(total);
    int index = 0;
    while (left >= shares.get(index).weight) {
      left -= shares.get(index).weight;
      index++;
    }
    return index;
  }

  /** The one with the highest of the weights, each divided by an exponential chance of its own. */
  int of(AsciiString key) {
    int best = -1;
    double highest = -1;
    for (int i = 0; i < shares.size(); i++) {
      Share share = shares.get(i);
      double score = KeyHash.score(share.weight, KeyHash.of(key, share.seed));
      if (share.weight > 0 && score > highest) {
        highest = score;
        best = i;
      }
    }
    return best;
  }

  /** Of what it is made, in words. */
  public String words() {
    return "by "
        + by
        + ": "
        + shares.stream()
            .map(share -> share.pool + " " + share.weight + " of " + total)
            .collect(Collectors.joining(", "));
  }
}
