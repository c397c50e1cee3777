package io.postern.http;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What whoever opens the exchanges of a connection keeps of it from one to the next; one thing.
 *
 * <p>Owned by the event loop of the connection.
 */
public final class Memo {

  private @Nullable Object kept;

  /** What is kept; made now where nothing is. */
  public <T> T of(Class<T> type, Supplier<T> made) {
    if (!type.isInstance(kept)) {
      kept = made.get();
    }
    return type.cast(kept);
  }
}
