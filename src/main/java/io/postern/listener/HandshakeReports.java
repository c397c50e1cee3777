package io.postern.listener;

import io.netty.util.concurrent.Ticker;
import io.postern.observe.HandshakeFailure;
import io.postern.observe.ListenerMeters;
import io.postern.observe.SparseLog;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.LoggerFactory;

/**
 * Counts the handshakes that come to nothing, and says so now and then where they are more than
 * health checks and scans make all day. Shared by all event loops.
 */
final class HandshakeReports {

  /** So many in a minute are told of: three load balancers that look each five seconds make 36. */
  static final int MANY = 100;

  private static final long MINUTE_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final String listener;
  private final ListenerMeters meters;
  private final SparseLog log = new SparseLog(LoggerFactory.getLogger(HandshakeReports.class));
  private final AtomicLong minute = new AtomicLong(now());
  private final AtomicInteger failures = new AtomicInteger();

  HandshakeReports(String listener, ListenerMeters meters) {
    this.listener = listener;
    this.meters = meters;
  }

  /** One has failed. */
  void failed(HandshakeFailure why, InetSocketAddress client) {
    meters.handshakeFailed(why);
    if (inThisMinute() > MANY) {
      log.warn(
          () ->
              "listener %s: more than %d handshakes failed within a minute, the last of %s: %s"
                  .formatted(listener, MANY, client.getAddress().getHostAddress(), why));
    }
  }

  private int inThisMinute() {
    long now = now();
    long began = minute.get();
    if (now - began >= MINUTE_NANOS && minute.compareAndSet(began, now)) {
      failures.set(0);
    }
    return failures.incrementAndGet();
  }

  private static long now() {
    return Ticker.systemTicker().nanoTime();
  }
}
