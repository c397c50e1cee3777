package io.postern.pool;

import io.netty.util.NetUtil;
import io.postern.config.PoolConfig;
import java.net.InetSocketAddress;

/** Who a server is, listed or found. */
record Identity(String label, InetSocketAddress address, int weight, PoolConfig.Duty duty) {

  static Identity of(PoolConfig.Server listed) {
    return new Identity(
        listed.address().toString(),
        Server.address(listed.address()),
        listed.weight(),
        listed.state());
  }

  static Identity of(Roster.Found found) {
    InetSocketAddress at = found.address();
    String label =
        NetUtil.toSocketAddressString(NetUtil.toAddressString(at.getAddress()), at.getPort());
    return new Identity(label, at, found.weight(), PoolConfig.Duty.READY);
  }
}
