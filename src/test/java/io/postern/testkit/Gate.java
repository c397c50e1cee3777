package io.postern.testkit;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Holds a server up at a place of its script until the test lets it go on. Starts shut. */
public final class Gate {

  private static final int OPEN = 1 << 30;

  private final Semaphore permits = new Semaphore(0);

  /** Lets so many passes through, now or later. */
  public void letPass(int passes) {
    permits.release(passes);
  }

  /** Lets all through from now on. */
  public void open() {
    permits.release(OPEN);
  }

  /** Waits until somebody stands before it. */
  public void awaitWaiting() {
    Await.until("somebody at the gate", permits::hasQueuedThreads);
  }

  /** Passes through it; the limit is far above that of any test. */
  public void pass() {
    try {
      if (!permits.tryAcquire(2, TimeUnit.MINUTES)) {
        throw new AssertionError("nobody opened the gate");
      }
    } catch (InterruptedException interrupted) {
      throw new StoppedException();
    }
  }

  /** The server was closed while its script waited. */
  static final class StoppedException extends RuntimeException {
    private static final long serialVersionUID = 1L;
  }
}
