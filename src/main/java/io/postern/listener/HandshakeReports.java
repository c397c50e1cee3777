package io.postern.listener;

import io.netty.util.concurrent.Ticker;
import io.postern.observe.HandshakeFailure;
import io.postern.observe.ListenerMeters;
import io.postern.observe.SparseLog;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Counts the handshakes that come to nothing, and says so now and then where they are more than
 * health checks and scans make all day. Shared by all event loops.
 */
final class HandshakeReports {

  /** So many in a minute are told of: three load balancers that look each five seconds make 36. */
  static final int MANY = 100;

  /**
   * So many refused certificates have a line each in a minute; of more there is one now and then.
   */
  static final int LINES = 20;

  private static final Logger LOG = LoggerFactory.getLogger(HandshakeReports.class);
  private static final int LONGEST = 300;
  private static final long MINUTE_NANOS = TimeUnit.MINUTES.toNanos(1);

  private final String listener;
  private final ListenerMeters meters;
  private final SparseLog log = new SparseLog(LOG);
  private final SparseLog moreRefused = new SparseLog(LOG);
  private final Minute failures = new Minute();
  private final Minute refusals = new Minute();

  HandshakeReports(String listener, ListenerMeters meters) {
    this.listener = listener;
    this.meters = meters;
  }

  /** One has failed. */
  void failed(HandshakeFailure why, InetSocketAddress client) {
    meters.handshakeFailed(why);
    if (failures.more() > MANY) {
      log.warn(
          () ->
              "listener %s: more than %d handshakes failed within a minute, the last of %s: %s"
                  .formatted(listener, MANY, client.getAddress().getHostAddress(), why));
    }
  }

  /**
   * The certificate of a client is not accepted, which somebody will ask about.
   *
   * @param serverName the host that it asked for; null where it sent no SNI
   */
  void refused(@Nullable String why, @Nullable String serverName, InetSocketAddress client) {
    String line =
        "listener %s: the certificate of %s, which asked for %s, is not accepted: %s"
            .formatted(
                listener,
                client.getAddress().getHostAddress(),
                serverName == null ? "no host" : printable(serverName),
                printable(why));
    if (refusals.more() <= LINES) {
      LOG.warn("{}", line);
    } else {
      moreRefused.warn(() -> line);
    }
  }

  /** The names in a certificate are the client's to choose. */
  private static String printable(@Nullable String why) {
    String text = String.valueOf(why);
    String cut = text.length() > LONGEST ? text.substring(0, LONGEST) + "..." : text;
    return cut.replaceAll("[^ -~]", ".");
  }

  /** How many there were since a minute began. */
  private static final class Minute {

    private final AtomicLong began = new AtomicLong(now());
    private final AtomicInteger count = new AtomicInteger();

    int more() {
      long now = now();
      long last = began.get();
      if (now - last >= MINUTE_NANOS && began.compareAndSet(last, now)) {
        count.set(0);
      }
      return count.incrementAndGet();
    }
  }

  private static long now() {
    return Ticker.systemTicker().nanoTime();
  }
}
