package io.postern.runtime;

/** The proxy could not be started, for a reason that its operator can mend. */
public final class StartException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** What could not be started, and why. */
  StartException(String message, Throwable cause) {
    super(message, cause);
  }
}
