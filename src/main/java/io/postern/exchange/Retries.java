package io.postern.exchange;

import io.postern.config.RetryConfig;
import io.postern.fault.Reason;
import io.postern.pool.Server;
import io.postern.pool.Tried;
import java.time.Duration;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Whether an attempt that failed is followed by another, on which server, and when.
 *
 * <p>Owned by the event loop of its exchange.
 */
final class Retries {

  /** What follows an attempt that failed. */
  enum Next {
    /** The server did nothing wrong: it was closing a connection that it had long served. */
    SAME_SERVER,
    ANOTHER_SERVER,
    NONE
  }

  /** How often a server may refuse before we believe it, where the config does not say. */
  private static final int USUAL_ATTEMPTS = 3;

  private static final int MOST_BACKOFF = 10;

  private final RetryConfig config;
  private @Nullable Tried tried;
  private @Nullable Server refusing;
  private int attempts;
  private boolean askedAgain;

  Retries(RetryConfig config) {
    this.config = config;
  }

  /**
   * What a retry after this is called.
   *
   * @return null where it is never followed by one
   */
  static RetryConfig.@Nullable Reason why(Reason reason) {
    if (reason.nothingSent()) {
      return RetryConfig.Reason.CONNECT;
    }
    if (reason.nothingDone()) {
      return RetryConfig.Reason.REFUSED_STREAM;
    }
    return switch (reason) {
      case SERVER_RESET -> RetryConfig.Reason.RESET_BEFORE_RESPONSE;
      case RESPONSE_TIMEOUT -> RetryConfig.Reason.RESPONSE_TIMEOUT;
      default -> null;
    };
  }

  /** The servers that are not to be asked again; null before any has failed. */
  @Nullable Tried tried() {
    return tried;
  }

  /**
   * Where no other server is left, one that has done nothing may be asked again.
   *
   * @return whether there is one, which then counts as not tried
   */
  boolean forgive() {
    if (refusing == null || tried == null) {
      return false;
    }
    tried.remove(refusing);
    refusing = null;
    askedAgain = true;
    return true;
  }

  /** Whether the next attempt is at a server that has refused once, so on a new connection. */
  boolean isAskedAgain() {
    return askedAgain;
  }

  /** Whether a response of this status may be one that another server mends. */
  boolean concerns(int status) {
    return config.reasons().contains(RetryConfig.Reason.STATUS)
        && config.statuses().contains(status);
  }

  /**
   * Whether there may be another attempt after the one that runs, as far as the request goes.
   *
   * @param idempotent whether it does no harm to do it twice (RFC 9110 §9.2.2)
   * @param whole whether all of the request can be sent again, and no answer began
   */
  boolean allows(RetryConfig.@Nullable Reason why, boolean idempotent, boolean whole) {
    return why != null
        && whole
        && (idempotent || why.isFree())
        && attempts + 1 < most(why)
        && config.reasons().contains(why);
  }

  /**
   * Decides, after an attempt that failed.
   *
   * @param stale whether the server may have been closing the connection, which had been idle,
   *     while we sent the request on it
   */
  Next after(RetryConfig.@Nullable Reason why, boolean idempotent, boolean whole, boolean stale) {
    boolean allowed = allows(why, idempotent, whole);
    attempts++;
    askedAgain = false;
    if (!allowed) {
      return Next.NONE;
    }
    return stale ? Next.SAME_SERVER : Next.ANOTHER_SERVER;
  }

  /** This server has failed, and is not asked again unless it said that it did nothing. */
  void failed(Server server, RetryConfig.Reason why) {
    if (tried == null) {
      tried = new Tried();
    }
    tried.add(server);
    if (why == RetryConfig.Reason.REFUSED_STREAM) {
      refusing = server;
    }
  }

  /** How long to wait before the retry, in nanoseconds, where another server is asked. */
  long backoff(RetryConfig.Reason why, RandomGenerator random) {
    if (why.isFree() || attempts == 1) {
      return 0;
    }
    Duration most =
        config.backoff().multipliedBy(Math.min(MOST_BACKOFF, 1L << Math.min(attempts - 2, 4)));
    return most.isZero() ? 0 : random.nextLong(most.toNanos());
  }

  private int most(RetryConfig.Reason why) {
    if (config.attempts() > 0) {
      return config.attempts();
    }
    return why == RetryConfig.Reason.CONNECT ? Integer.MAX_VALUE : USUAL_ATTEMPTS;
  }
}
