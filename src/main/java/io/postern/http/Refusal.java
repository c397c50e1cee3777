package io.postern.http;

import io.postern.fault.FaultException;
import io.postern.fault.Reason;
import org.jspecify.annotations.Nullable;

/**
 * Makes the fault of what one side sent: a request is told exactly what is wrong with it, while of
 * a response or of content one reason is enough.
 *
 * @param always the reason of every fault; null where each has its own
 */
record Refusal(@Nullable Reason always) {

  /** Each offence of a request under its own reason. */
  static final Refusal OF_REQUEST = new Refusal(null);

  /** Each offence of the content of a request under the one reason. */
  static final Refusal OF_CONTENT = new Refusal(Reason.BAD_CONTENT);

  /** Each offence of a response under the one reason. */
  static final Refusal OF_RESPONSE = new Refusal(Reason.BAD_RESPONSE);

  /**
   * The fault to throw.
   *
   * @param detail what exactly; bytes of the peer stand in it only as {@link FieldRules#show} gives
   *     them
   */
  FaultException as(Reason reason, String detail) {
    return new FaultException(always == null ? reason : always, detail);
  }

  /** The fault of what is not valid HTTP. */
  FaultException malformed(String detail) {
    return as(Reason.MALFORMED_REQUEST, detail);
  }

  /** The fault of a byte that may not stand where it stood. */
  FaultException badByte(byte b, String where) {
    String what =
        switch (b) {
          case '\n' -> "a line feed without a carriage return";
          case '\r' -> "a carriage return without a line feed";
          default -> "the byte 0x%02x".formatted(b & 0xFF);
        };
    return malformed(what + " in " + where);
  }
}
