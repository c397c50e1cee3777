package io.postern.tls;

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
    BAD
  }

  private final Why why;
  private final String expected;

  UnusableResponse(Why why, String what, String expected) {
    super(what, null, false, false);
    this.why = why;
    this.expected = expected;
  }

  static UnusableResponse bad(String what, String expected) {
    return new UnusableResponse(Why.BAD, what, expected);
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
