package io.postern.discovery;

import io.netty.channel.ChannelFactory;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketChannel;
import io.postern.config.DiscoveryConfig;
import io.postern.config.PoolConfig;
import io.postern.files.PartWatch;
import io.postern.http.LoopContext;
import io.postern.pool.Pool;
import io.postern.pool.Roster;
import io.postern.pool.Server;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
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

  private final List<DnsDiscovery> inDns;
  private final List<FileDiscovery> inFiles;

  private Discovery(List<DnsDiscovery> inDns, List<FileDiscovery> inFiles) {
    this.inDns = inDns;
    this.inFiles = inFiles;
  }

  /**
   * What is found with.
   *
   * @param loops the event loops that the pools are spread over
   * @param datagrams makes channels of UDP of the transport that the loops drive
   * @param streams the same of TCP
   * @param clock the wall clock, for the state of servers
   */
  public record Outside(
      List<LoopContext> loops,
      ChannelFactory<? extends DatagramChannel> datagrams,
      ChannelFactory<? extends SocketChannel> streams,
      InstantSource clock) {}

  /**
   * Begins to look.
   *
   * @param pools those whose servers the config lists are passed over
   * @param files those that list servers, by the names of their pools
   */
  public static Discovery start(
      Collection<Pool> pools,
      Map<String, PartWatch<List<PoolConfig.Server>>> files,
      Outside outside,
      Listener listener) {
    DnsClient.Channels channels = new DnsClient.Channels(outside.datagrams, outside.streams);
    List<DnsDiscovery> inDns = new ArrayList<>();
    List<FileDiscovery> inFiles = new ArrayList<>();
    for (Pool pool : pools) {
      DiscoveryConfig config = pool.discovery();
      int next = (inDns.size() + inFiles.size()) % outside.loops.size();
      LoopContext loop = outside.loops.get(next);
      Takeover takeover = new Takeover(pool, outside.clock, listener);
      PartWatch<List<PoolConfig.Server>> file = files.get(pool.name());
      if (file != null) {
        inFiles.add(new FileDiscovery(pool, file, loop.loop(), takeover));
      } else if (config != null) {
        inDns.add(new DnsDiscovery(pool, config, loop, channels, takeover));
      }
    }
    inDns.forEach(DnsDiscovery::start);
    return new Discovery(List.copyOf(inDns), List.copyOf(inFiles));
  }

  /**
   * Looks at the files, and reads those that have changed; may block. Called by one thread, which
   * is no event loop.
   */
  public void lookAtFiles() {
    inFiles.forEach(FileDiscovery::look);
  }

  /** Done when each pool was looked for once, found or not; what files list is there before. */
  public CompletableFuture<Void> firstRound() {
    return CompletableFuture.allOf(
        inDns.stream().map(DnsDiscovery::first).toArray(CompletableFuture[]::new));
  }

  /** Looks no more; the servers stay. */
  public void stop() {
    inDns.forEach(DnsDiscovery::stop);
    inFiles.forEach(FileDiscovery::stop);
  }
}
