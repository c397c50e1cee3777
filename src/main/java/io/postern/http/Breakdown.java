package io.postern.http;

import io.postern.fault.Fault;
import io.postern.fault.Reason;
import org.slf4j.Logger;

/** What neither peer has done: a defect, which is told with its stack, or memory that ran out. */
final class Breakdown {

  private Breakdown() {}

  /** The fault of an exception that nobody expects, on a connection of so-and-so. */
  static Fault of(Logger log, String whose, Throwable cause) {
    Fault fault = Fault.of(Reason.INTERNAL_ERROR, cause);
    if (fault.reason() == Reason.INTERNAL_ERROR) {
      log.warn("connection {} failed", whose, cause);
    }
    return fault;
  }
}
