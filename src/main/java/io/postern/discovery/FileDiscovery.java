package io.postern.discovery;

import io.netty.channel.EventLoop;
import io.postern.config.Part;
import io.postern.config.PoolConfig;
import io.postern.config.Problem;
import io.postern.files.PartWatch;
import io.postern.pool.Pool;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Follows the file that lists the servers of one pool.
 *
 * <p>Owned by the thread that looks at files; what it finds is taken over on one event loop.
 */
final class FileDiscovery implements Finding {

  private static final Logger LOG = LoggerFactory.getLogger(Discovery.class);
  private static final int MOST_TOLD = 5;

  private final Pool pool;
  private final PartWatch<List<PoolConfig.Server>> file;
  private final EventLoop loop;
  private final Takeover takeover;

  /** On the event loop. */
  private boolean ended;

  FileDiscovery(
      Pool pool, PartWatch<List<PoolConfig.Server>> file, EventLoop loop, Takeover takeover) {
    this.pool = pool;
    this.file = file;
    this.loop = loop;
    this.takeover = takeover;
  }

  @Override
  public CompletableFuture<Void> start() {
    return CompletableFuture.completedFuture(null); // what the file lists is there already
  }

  @Override
  public void lookAtFile() {
    Part<List<PoolConfig.Server>> part = file.look();
    if (part == null) {
      return;
    }
    part.warnings().forEach(each -> LOG.warn("pool {}: {}", pool.name(), each));
    try {
      loop.execute(() -> take(part));
    } catch (RejectedExecutionException e) {
      LOG.debug("pool {}: its file has changed as the loops end", pool.name(), e);
    }
  }

  @Override
  public Future<?> stop() {
    return loop.submit(() -> ended = true);
  }

  private void take(Part<List<PoolConfig.Server>> part) {
    if (ended) {
      return;
    }
    if (part.problems().isEmpty()) {
      takeover.onFound((at, before) -> pool.listed(part.content(), at, before));
    } else {
      takeover.onNothing(words(part.problems()));
    }
  }

  private static String words(List<Problem> problems) {
    String first =
        String.join("; ", problems.stream().limit(MOST_TOLD).map(Problem::toString).toList());
    int more = problems.size() - MOST_TOLD;
    return more > 0 ? first + "; and " + more + " more" : first;
  }
}
