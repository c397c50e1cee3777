package io.postern.pool;

import io.netty.util.NetUtil;
import io.postern.config.PoolConfig;
import io.postern.config.ProcessConfig;
import java.net.InetSocketAddress;
import java.util.List;

/**
 * Who a server is, listed or found.
 *
 * @param group how far it is from us, beside the others of its pool; 0 is the nearest
 * @param far whether what goes there leaves our zone
 */
record Identity(
    String label,
    InetSocketAddress address,
    int weight,
    PoolConfig.Duty duty,
    int group,
    boolean far) {

  /** Those of a pool, in the order of the config. */
  static List<Identity> of(List<PoolConfig.Server> listed, ProcessConfig here) {
    Distances distances = new Distances(listed, here);
    return listed.stream()
        .map(
            each ->
                new Identity(
                    each.address().toString(),
                    Server.address(each.address()),
                    each.weight(),
                    each.state(),
                    distances.group(each),
                    distances.isFar(each)))
        .toList();
  }

  static Identity of(Roster.Found found) {
    InetSocketAddress at = found.address();
    String label =
        NetUtil.toSocketAddressString(NetUtil.toAddressString(at.getAddress()), at.getPort());
    return new Identity(label, at, found.weight(), PoolConfig.Duty.READY, 0, false);
  }
}
