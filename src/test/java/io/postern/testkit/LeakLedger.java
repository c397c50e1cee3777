package io.postern.testkit;

import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import io.netty.util.ResourceLeakTracker;
import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Makes Netty's leak detectors and writes down what they find, instead of in a log that nobody
 * reads. A detector looks for leaks only when something else of its kind is made, so {@link
 * #collect} does that after it has had the garbage collected.
 */
final class LeakLedger extends ResourceLeakDetectorFactory {

  private static final long GC_LIMIT_MILLIS = 10_000;

  /** Garbage that a compiler cannot leave out. */
  private static final AtomicReference<byte[]> YOUNG = new AtomicReference<>();

  private final List<Detector<?>> detectors = new CopyOnWriteArrayList<>();
  private final Queue<String> leaks = new ConcurrentLinkedQueue<>();

  @Override
  @SuppressWarnings("deprecation") // It is the abstract one.
  public <T> ResourceLeakDetector<T> newResourceLeakDetector(
      Class<T> resource, int samplingInterval, long maxActive) {
    Detector<T> detector = new Detector<>(resource, samplingInterval);
    detectors.add(detector);
    return detector;
  }

  /** The leaks since the last call: what each was, and where it was touched. */
  List<String> collect() {
    if (!detectors.isEmpty()) {
      // The first collection hands leaked objects to the thread that enqueues them; when an object
      // of the second has come through that thread, so has all of the first. The second need not be
      // a whole one, which takes some hundred milliseconds.
      collectGarbage();
      collectYoung();
      detectors.forEach(Detector::report);
    }
    List<String> found = new ArrayList<>();
    for (String leak = leaks.poll(); leak != null; leak = leaks.poll()) {
      found.add(leak);
    }
    return found;
  }

  private static void collectGarbage() {
    ReferenceQueue<Object> collected = new ReferenceQueue<>();
    PhantomReference<Object> canary = new PhantomReference<>(new Object(), collected);
    System.gc();
    try {
      if (!canary.equals(collected.remove(GC_LIMIT_MILLIS))) {
        throw new AssertionError("the garbage was not collected: is System.gc() disabled?");
      }
    } catch (InterruptedException interrupted) {
      throw new AssertionError("interrupted while garbage was collected", interrupted);
    }
  }

  private static void collectYoung() {
    ReferenceQueue<Object> collected = new ReferenceQueue<>();
    PhantomReference<Object> canary = new PhantomReference<>(new Object(), collected);
    long began = System.nanoTime();
    while (!canary.equals(collected.poll())) {
      YOUNG.set(new byte[64 * 1024]);
      if (System.nanoTime() - began > GC_LIMIT_MILLIS * 1_000_000) {
        throw new AssertionError("what is young was not collected");
      }
    }
  }

  private final class Detector<T> extends ResourceLeakDetector<T> {

    Detector(Class<T> resource, int samplingInterval) {
      super(resource, samplingInterval);
    }

    /** Makes the detector look: it does so when it is given something to track. */
    @SuppressWarnings("unchecked") // It only keeps a weak reference and the identity.
    void report() {
      T probe = (T) new Object();
      ResourceLeakTracker<T> tracker = trackForcibly(probe);
      tracker.close(probe);
    }

    @Override
    protected boolean needReport() {
      return true;
    }

    @Override
    protected void reportTracedLeak(String resourceType, String records) {
      leaks.add(resourceType + " was never released:" + records);
    }

    @Override
    protected void reportUntracedLeak(String resourceType) {
      leaks.add(resourceType + " was never released");
    }
  }
}
