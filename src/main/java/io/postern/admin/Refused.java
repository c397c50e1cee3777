package io.postern.admin;

/** Why something that was asked for is not done, or is not told. */
final class Refused extends RuntimeException {

  private static final long serialVersionUID = 1;

  private final int status;

  /**
   * With a status of HTTP.
   *
   * @param why in a sentence, for who has asked
   */
  Refused(int status, String why) {
    super(why, null, false, false);
    this.status = status;
  }

  int status() {
    return status;
  }

  String why() {
    return String.valueOf(getMessage());
  }
}
