package io.postern.health;

import io.netty.channel.EventLoop;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What one event loop asks of another, which may have ended before it does. Immutable. */
final class Ending {

  private static final Logger LOG = LoggerFactory.getLogger(Ending.class);

  private Ending() {}

  /** Does on a loop what it is given, and nothing once that has ended. */
  static Executor of(EventLoop loop) {
    return task -> {
      try {
        loop.execute(task);
      } catch (RejectedExecutionException e) {
        LOG.debug("an event loop has ended before it could be asked", e);
      }
    };
  }
}
