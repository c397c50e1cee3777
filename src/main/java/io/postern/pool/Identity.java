package io.postern.pool;

import io.netty.util.NetUtil;
import io.postern.config.PoolConfig;
import io.postern.config.ProcessConfig;
import io.postern.pool.Distance.Reach;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Who a server is, listed or found, and what is said of it.
 *
 * @param label its address as text; the rest may change while it is the same server
 * @param group the place of its distance among those of its pool; 0 is the nearest
 */
record Identity(
    String label,
    InetSocketAddress address,
    int weight,
    PoolConfig.Duty duty,
    Distance distance,
    int group) {

  /** Those of a pool, in the order of the list. */
  static List<Identity> listed(List<PoolConfig.Server> servers, ProcessConfig here) {
    return grouped(servers, each -> of(each, here));
  }

  /** The same of those that were found. */
  static List<Identity> found(List<Roster.Found> found) {
    return grouped(found, Identity::of);
  }

  private static <T> List<Identity> grouped(List<T> servers, Function<T, Identity> each) {
    List<Identity> all = servers.stream().map(each).toList();
    List<Distance> groups = all.stream().map(Identity::distance).distinct().sorted().toList();
    return all.stream().map(one -> one.in(groups.indexOf(one.distance))).toList();
  }

  private Identity in(int of) {
    return new Identity(label, address, weight, duty, distance, of);
  }

  private static Identity of(PoolConfig.Server server, ProcessConfig here) {
    Reach reach =
        isElsewhere(server.region(), here.region())
            ? Reach.ANOTHER_REGION
            : isElsewhere(server.zone(), here.zone()) ? Reach.ANOTHER_ZONE : Reach.HERE;
    return new Identity(
        server.address().toString(),
        Server.address(server.address()),
        server.weight(),
        server.state(),
        new Distance(server.tier(), reach),
        0);
  }

  private static boolean isElsewhere(@Nullable String there, @Nullable String ours) {
    return there != null && ours != null && !ours.isEmpty() && !Objects.equals(there, ours);
  }

  private static Identity of(Roster.Found found) {
    InetSocketAddress at = found.address();
    String label =
        NetUtil.toSocketAddressString(NetUtil.toAddressString(at.getAddress()), at.getPort());
    Distance distance = new Distance(found.tier(), Reach.HERE);
    return new Identity(label, at, found.weight(), PoolConfig.Duty.READY, distance, 0);
  }
}
