package io.postern.testkit;

import io.netty.util.ResourceLeakDetectorFactory;
import java.util.List;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * Fails a test class after which Netty finds a buffer, or anything else that is counted, that was
 * dropped without being released. Registered for every class by {@code META-INF/services}.
 *
 * <p>Something that another class left to an event loop, and that fell to the ground only later, is
 * reported here all the same: the records of the leak tell where it came from.
 */
public final class LeakCheck implements AfterAllCallback {

  private static final LeakLedger LEDGER = new LeakLedger();

  static {
    // Before the first buffer is made, as Netty asks for its detectors once.
    ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(LEDGER);
  }

  @Override
  public void afterAll(ExtensionContext context) {
    if (context.getRequiredTestClass().getEnclosingClass() == null) {
      requireNone();
    }
  }

  /** Throws an {@code AssertionError} where something leaked since the last look. */
  static void requireNone() {
    List<String> leaks = LEDGER.collect();
    if (!leaks.isEmpty()) {
      throw new AssertionError(leaks.size() + " leaks:\n" + String.join("\n", leaks));
    }
  }
}
