package io.postern.fault;

/**
 * One failure: why, and in its own words.
 *
 * @param reason the row of the table
 * @param detail what exactly, for the log: an exception's message, an offending byte; may be empty
 * @param resetCode with which an HTTP/2 server has reset the stream (RFC 9113 §7); {@link
 *     #NOT_RESET} where it has not
 */
public record Fault(Reason reason, String detail, long resetCode) {

  /** No reset, and so no code. */
  public static final long NOT_RESET = -1;

  /** A fault that is not the reset of a stream. */
  public Fault(Reason reason, String detail) {
    this(reason, detail, NOT_RESET);
  }

  /** A fault whose reason says it all. */
  public static Fault of(Reason reason) {
    return new Fault(reason, "");
  }

  /**
   * A fault with the words of what caused it. Where memory has run out nobody else is to blame: it
   * is {@link Reason#OVERLOADED} then.
   */
  public static Fault of(Reason reason, Throwable cause) {
    for (Throwable each = cause; each != null; each = each.getCause()) {
      if (each instanceof OutOfMemoryError) {
        return inWordsOf(each, Reason.OVERLOADED);
      }
    }
    return inWordsOf(cause, reason);
  }

  private static Fault inWordsOf(Throwable cause, Reason reason) {
    String message = cause.getMessage();
    String type = cause.getClass().getSimpleName();
    return new Fault(reason, message == null ? type : type + ": " + message);
  }

  /** {@code reason: detail}, for the log. */
  public String describe() {
    return detail.isEmpty() ? reason.label() : reason.label() + ": " + detail;
  }
}
