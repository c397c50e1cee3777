package io.postern.pool;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** A queue that several threads use at once. */
class QueueLoopsTest {

  /** Threads in place of event loops: never more than may be, and all are served in the end. */
  @Test
  void manyLoopsAtOnce() throws InterruptedException {
    int loops = 4;
    int each = 5_000;
    Queue queue = new Queue(loops * each, 3);
    AtomicInteger running = new AtomicInteger();
    AtomicInteger most = new AtomicInteger();
    CountDownLatch done = new CountDownLatch(loops * each);
    List<ExecutorService> threads = new ArrayList<>();
    for (int i = 0; i < loops; i++) {
      threads.add(Executors.newSingleThreadExecutor());
    }
    for (int i = 0; i < loops; i++) {
      ExecutorService loop = threads.get(i);
      for (int n = 0; n < each; n++) {
        loop.execute(() -> new Request(queue, loop, running, most, done).begin());
      }
    }
    assertThat(done.await(60, TimeUnit.SECONDS)).as(done.getCount() + " left").isTrue();
    threads.forEach(ExecutorService::shutdown);
    assertThat(most.get()).isLessThanOrEqualTo(3);
    assertThat(queue.waiting()).isZero();
  }

  /** A request that takes one turn of its loop. */
  private static final class Request implements Queue.Waiter {
    private final Queue queue;
    private final ExecutorService loop;
    private final AtomicInteger running;
    private final AtomicInteger most;
    private final CountDownLatch done;
    private Queue.@Nullable Ticket ticket;

    Request(
        Queue queue,
        ExecutorService loop,
        AtomicInteger running,
        AtomicInteger most,
        CountDownLatch done) {
      this.queue = queue;
      this.loop = loop;
      this.running = running;
      this.most = most;
      this.done = done;
    }

    @Override
    public int precedence() {
      return 5;
    }

    @Override
    public long arrived() {
      return System.nanoTime();
    }

    @Override
    public boolean isChoosy() {
      return false;
    }

    void begin() {
      if (!queue.isAhead(5) && queue.begin()) {
        run();
      } else {
        ticket = queue.enter(this, loop);
      }
    }

    @Override
    public void onCall() {
      Queue.Ticket mine = ticket;
      if (mine == null) {
        return;
      }
      if (queue.begin()) {
        mine.leave();
        run();
      } else {
        mine.failed();
      }
    }

    private void run() {
      most.accumulateAndGet(running.incrementAndGet(), Math::max);
      loop.execute(
          () -> {
            running.decrementAndGet();
            queue.end();
            done.countDown();
          });
    }

    @Override
    public void onDisplaced() {
      throw new AssertionError("nobody has precedence");
    }
  }
}
