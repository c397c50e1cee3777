package io.postern.tls;

import java.time.Instant;

/** An OCSP response that must not be stapled, in the words of a problem. It has no stack. */
final class UnusableResponse extends Exception {

  private static final long serialVersionUID = 1L;

  /** What kind of wrong. */
  enum Why {
    /** It is genuine, and says that the certificate was taken back. */
    REVOKED,
    /** It was good once. */
    EXPIRED,
    /** It says nothing that counts. */
    BAD,
    /** It may be good as it is, later: its date has not come, or it cannot be read now. */
    NOT_YET
  }

  private final Why why;
  private final String expected;

  /** From when on it counts; that of REVOKED only. */
  private final Instant since;

  UnusableResponse(Why why, String what, String expected) {
    this(why, what, expected, Instant.MIN);
  }

  private UnusableResponse(Why why, String what, String expected, Instant since) {
    super(what, null, false, false);
    this.since = since;
    this.why = why;
    this.expected = expected;
  }

  static UnusableResponse bad(String what, String expected) {
    return new UnusableResponse(Why.BAD, what, expected);
  }

  /** One that takes the certificate back, and counts from then on. */
  static UnusableResponse revoked(String what, String expected, Instant since) {
    return new UnusableResponse(Why.REVOKED, what, expected, since);
  }

  /** From when on it counts, where it is {@link Why#REVOKED}. */
  Instant since() {
    return since;
  }

  Why why() {
    return why;
  }

  /** What is wrong, without saying with whose response. */
  String what() {
    return String.valueOf(getMessage());
  }

  /** What would be right; empty where {@link #what} says it all. */
  String expected() {
    return expected;
  }
}
