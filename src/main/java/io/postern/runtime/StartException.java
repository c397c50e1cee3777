package io.postern.runtime;

import org.jspecify.annotations.Nullable;

/** The proxy could not be started, for a reason that its operator can mend. */
public final class StartException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** What could not be started, and why. */
  StartException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
