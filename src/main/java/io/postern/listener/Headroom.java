package io.postern.listener;

import io.netty.channel.Channel;
import io.postern.observe.OverloadMeters;
import io.postern.observe.Resource;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Whether the process has room for another client: how many there are on all listeners, and whether
 * anything is about to run out. Shared by all event loops: counters, and one reference that is read
 * where a connection begins, and where its handshake does.
 */
public final class Headroom {

  private final int most;
  private final OverloadMeters meters;
  private final AtomicInteger open = new AtomicInteger();
  private final AtomicInteger leaving = new AtomicInteger();
  private volatile @Nullable Resource wanting;

  /**
   * Nobody is there.
   *
   * @param most how many connections of clients there may be
   */
  public Headroom(int most, OverloadMeters meters) {
    this.most = most;
    this.meters = meters;
  }

  /** How many connections of clients there may be, on all listeners. */
  public int most() {
    return most;
  }

  /** How many there are. */
  public int open() {
    return open.get();
  }

  /** How many of them were asked to go, to make room. */
  public int leaving() {
    return leaving.get();
  }

  /**
   * Who comes from now on is refused, and who is there stays.
   *
   * @param resource what for want of; null: nobody is refused any more
   */
  public void refuseFor(@Nullable Resource resource) {
    wanting = resource;
  }

  /** One more has come; answers what there is too little of for it, or null. */
  @Nullable Resource enter(Channel channel) {
    boolean room = open.incrementAndGet() <= most;
    channel.closeFuture().addListener(closed -> open.decrementAndGet());
    Resource wanted = room ? wanting : Resource.CONNECTIONS;
    if (wanted != null) {
      meters.refused(wanted);
    }
    return wanted;
  }

  /** Whether a handshake may begin; one that may not is counted. */
  boolean allowsHandshake() {
    Resource wanted = wanting;
    if (wanted != null) {
      meters.refused(wanted);
    }
    return wanted == null;
  }

  /** One of them was asked to go. */
  void leaves(Channel channel) {
    leaving.incrementAndGet();
    channel.closeFuture().addListener(closed -> leaving.decrementAndGet());
  }
}
