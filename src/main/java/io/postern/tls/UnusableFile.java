package io.postern.tls;

/** A file that cannot be used, in the words of a problem of the config. It has no stack. */
final class UnusableFile extends Exception {

  private static final long serialVersionUID = 1L;

  private final String expected;

  UnusableFile(String what, String expected) {
    super(what, null, false, false);
    this.expected = expected;
  }

  /** What is wrong, without the name of the file. */
  String what() {
    return String.valueOf(getMessage());
  }

  /** What would be right. */
  String expected() {
    return expected;
  }
}
