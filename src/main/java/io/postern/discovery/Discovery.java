package io.postern.discovery;

import io.netty.channel.ChannelFactory;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketChannel;
import io.postern.config.DiscoveryConfig;
import io.postern.http.LoopContext;
import io.postern.pool.Pool;
import io.postern.pool.Roster;
import io.postern.pool.Server;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * Finds the servers of the pools that ask for it. Immutable; started and stopped from any thread,
 * while the work is done on the event loops.
 */
public final class Discovery {

  /** Told on the event loop that looks for the servers of the pool. */
  public interface Listener {

    /** These are about to be among the servers of the pool: no request has reached them yet. */
    void beforeAdded(Pool pool, List<Server> added);

    /** The servers of the pool are others now; those that were removed get no new requests. */
    void onChanged(Pool pool, Roster.Change change);
  }

  private final List<PoolDiscovery> all;

  private Discovery(List<PoolDiscovery> all) {
    this.all = all;
  }

  /**
   * Begins to look.
   *
   * @param pools those whose servers the config lists are passed over
   * @param loops the event loops that the pools are spread over
   * @param datagrams makes channels of UDP of the transport that the loops drive
   * @param streams the same of TCP
   */
  public static Discovery start(
      Collection<Pool> pools,
      List<LoopContext> loops,
      ChannelFactory<? extends DatagramChannel> datagrams,
      ChannelFactory<? extends SocketChannel> streams,
      Listener listener) {
    DnsClient.Channels channels = new DnsClient.Channels(datagrams, streams);
    List<PoolDiscovery> all = new ArrayList<>();
    for (Pool pool : pools) {
      DiscoveryConfig config = pool.discovery();
      if (config != null) {
        LoopContext loop = loops.get(all.size() % loops.size());
        all.add(new PoolDiscovery(pool, config, loop, channels, listener));
      }
    }
    all.forEach(PoolDiscovery::start);
    return new Discovery(List.copyOf(all));
  }

  /** Done when each pool was looked for once, found or not. */
  public CompletableFuture<Void> firstRound() {
    return CompletableFuture.allOf(
        all.stream().map(PoolDiscovery::first).toArray(CompletableFuture[]::new));
  }

  /** Looks no more; the servers stay. */
  public void stop() {
    all.forEach(PoolDiscovery::stop);
  }
}
