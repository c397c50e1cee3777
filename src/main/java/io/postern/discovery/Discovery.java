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
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * Finds the servers of the pools that ask for it. Pools come and go by one thread, which is no
 * event loop, while the work is done on the event loops.
 */
public final class Discovery {

  /** Told on the event loop that looks for the servers of the pool. */
  public interface Listener {

    /** These are about to be among the servers of the pool: no request has reached them yet. */
    void beforeAdded(Pool pool, List<Server> added);

    /** The servers of the pool are others now; those that were removed get no new requests. */
    void onChanged(Pool pool, Roster.Change change);
  }

  private final Outside outside;
  private final Listener listener;
  private final Map<String, Finding> byPool = new ConcurrentHashMap<>();
  private int next;

  /** Nothing is looked for yet. */
  public Discovery(Outside outside, Listener listener) {
    this.outside = outside;
    this.listener = listener;
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
   * Begins to look for the servers of a pool; passed over where the config lists them.
   *
   * @param file lists them; null where they are found in another way
   * @return done when they were looked for once, found or not
   */
  public CompletableFuture<Void> begin(
      Pool pool, @Nullable PartWatch<List<PoolConfig.Server>> file) {
    DiscoveryConfig config = pool.discovery();
    if (config == null) {
      return CompletableFuture.completedFuture(null);
    }
    LoopContext loop = outside.loops.get(next++ % outside.loops.size());
    Takeover takeover = new Takeover(pool, outside.clock, listener);
    Finding begun =
        file == null
            ? new DnsDiscovery(pool, config, loop, channels(), takeover)
            : new FileDiscovery(pool, file, loop.loop(), takeover);
    byPool.put(pool.name(), begun);
    return begun.start();
  }

  private DnsClient.Channels channels() {
    return new DnsClient.Channels(outside.datagrams, outside.streams);
  }

  /** Looks for the servers of a pool no more; waits until none are told. */
  public void end(Pool pool) throws InterruptedException {
    Finding gone = byPool.remove(pool.name());
    if (gone != null) {
      try {
        gone.stop().get();
      } catch (ExecutionException e) {
        throw new IllegalStateException("what looks for servers cannot be stopped", e);
      }
    }
  }

  /**
   * Looks at the files, and reads those that have changed; may block. Called by one thread, which
   * is no event loop.
   */
  public void lookAtFiles() {
    byPool.values().forEach(Finding::lookAtFile);
  }

  /** Looks no more; the servers stay. */
  public void stop() {
    byPool.values().forEach(Finding::stop);
  }
}
