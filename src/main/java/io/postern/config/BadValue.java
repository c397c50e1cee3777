package io.postern.config;

/** A value that cannot be taken: becomes a {@link Problem} where its position is known. */
final class BadValue extends Exception {

  private static final long serialVersionUID = 1;

  private final String what;
  private final String expected;

  BadValue(String what, String expected) {
    super(what, null, false, false);
    this.what = what;
    this.expected = expected;
  }

  /** What is wrong; never the content of a secret. */
  String what() {
    return what;
  }

  String expected() {
    return expected;
  }
}
