package io.postern.observe;

import io.postern.config.Share;
import java.util.random.RandomGenerator;

/**
 * Which exchanges have a line in the access log: of the good ones a share, drawn by lot, and all
 * others, since nobody asks for what went well by itself.
 *
 * <p>Owned by the writer of the log.
 */
final class Sampling {

  /** Nothing is left out. */
  static final Share ALL = new Share(100);

  private final int percent;
  private final RandomGenerator random;

  /** Keeps such a share. */
  Sampling(Share share, RandomGenerator random) {
    this.percent = share.percent();
    this.random = random;
  }

  /** Whether this one has a line; to be asked once of each. */
  boolean keeps(ExchangeRecord record) {
    return percent == 100 || !isGood(record) || random.nextInt(100) < percent;
  }

  /** Whether nothing failed. A tunnel that either side has ended in good order is good, too. */
  static boolean isGood(ExchangeRecord record) {
    return record.fault == null
        && record.status < 500
        && (record.grpcStatus == null || !record.grpcStatus.isServerError());
  }
}
