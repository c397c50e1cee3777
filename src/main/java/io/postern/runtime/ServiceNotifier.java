package io.postern.runtime;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.channel.epoll.Epoll;
import io.netty.channel.unix.Socket;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells the service manager how the process is: sd_notify(3), one datagram for each message to the
 * socket that it names in NOTIFY_SOCKET. Where it names none, nothing is told. A message that
 * cannot be sent is logged and never ends the process.
 *
 * <p>Immutable; called by the thread that starts and stops the proxy, and by the side loop. The JDK
 * has no datagrams of Unix sockets, so they are Netty's, without an event loop: a send never
 * blocks.
 */
public final class ServiceNotifier {

  private static final Logger LOG = LoggerFactory.getLogger(ServiceNotifier.class);

  /**
   * What the end of the process takes beside the drain: last bytes, event loops, the access log.
   */
  private static final Duration MARGIN = Duration.ofSeconds(30);

  private final byte @Nullable [] socket;
  private final @Nullable Duration patience;
  private final LongSupplier clock;

  private ServiceNotifier(
      byte @Nullable [] socket, @Nullable Duration patience, LongSupplier clock) {
    this.socket = socket;
    this.patience = patience;
    this.clock = clock;
  }

  /**
   * The notifier of this environment.
   *
   * @param environment NOTIFY_SOCKET in it is a path, or with a leading {@code @} the name of an
   *     abstract socket
   * @param pid our own, which WATCHDOG_PID has to be where it is given
   * @param clock CLOCK_MONOTONIC in nanoseconds, which is what {@link System#nanoTime} reads on
   *     Linux: the manager compares it with its own
   */
  public static ServiceNotifier of(Map<String, String> environment, long pid, LongSupplier clock) {
    String name = environment.getOrDefault("NOTIFY_SOCKET", "");
    if (name.isEmpty()) {
      return new ServiceNotifier(null, null, clock);
    }
    // The name of an abstract socket begins with a zero byte, see unix(7).
    byte[] socket = (name.startsWith("@") ? "\0" + name.substring(1) : name).getBytes(UTF_8);
    return new ServiceNotifier(socket, patience(environment, Long.toString(pid)), clock);
  }

  /** See sd_watchdog_enabled(3). */
  private static @Nullable Duration patience(Map<String, String> environment, String pid) {
    String micros = environment.getOrDefault("WATCHDOG_USEC", "");
    boolean ours = environment.getOrDefault("WATCHDOG_PID", pid).equals(pid);
    return ours && micros.matches("[1-9][0-9]{0,15}")
        ? Duration.of(Long.parseLong(micros), ChronoUnit.MICROS)
        : null;
  }

  /**
   * After how long without {@link #alive} the manager takes the process for hung, and ends it; null
   * where it does not watch.
   */
  @Nullable Duration patience() {
    return patience;
  }

  /** The process gets on; by the side loop. */
  void alive() {
    send("WATCHDOG=1");
  }

  /**
   * The process serves.
   *
   * @param status one line for {@code systemctl status}
   */
  public void ready(String status) {
    send("READY=1\nSTATUS=" + status);
  }

  /**
   * The process is about to take over a changed config; {@link #ready} has to follow, whether or
   * not it did. The manager goes by the time to know which of two reloads this is.
   */
  public void reloading() {
    send(
        "RELOADING=1\nMONOTONIC_USEC="
            + TimeUnit.NANOSECONDS.toMicros(clock.getAsLong())
            + "\nSTATUS=reloading");
  }

  /**
   * How the process is, while nothing of what the manager goes by changes.
   *
   * @param status one line for {@code systemctl status}
   */
  public void status(String status) {
    send("STATUS=" + status);
  }

  /**
   * The process is about to end, by itself.
   *
   * @param longest how long its drain may take; the manager's own limit is extended to it, so that
   *     the two cannot be out of step
   */
  public void stopping(Duration longest) {
    Duration limit = longest.plus(MARGIN);
    send(
        "STOPPING=1\nSTATUS=draining, for "
            + longest.toSeconds()
            + " s at most\nEXTEND_TIMEOUT_USEC="
            + TimeUnit.NANOSECONDS.toMicros(limit.toNanos()));
  }

  private void send(String message) {
    if (socket == null) {
      return;
    }
    try {
      Epoll.ensureAvailability();
      send(socket, ByteBuffer.wrap(message.getBytes(UTF_8)));
    } catch (IOException | LinkageError e) {
      LOG.warn("the service manager could not be told: {}", e.toString());
    }
  }

  private static void send(byte[] to, ByteBuffer message) throws IOException {
    ByteBuffer direct = ByteBuffer.allocateDirect(message.remaining()).put(message).flip();
    Socket datagrams = Socket.newSocketDomainDgram();
    try {
      datagrams.sendToDomainSocket(direct, 0, direct.limit(), to);
    } finally {
      datagrams.close();
    }
  }
}
