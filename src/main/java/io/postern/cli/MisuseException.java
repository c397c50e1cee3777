package io.postern.cli;

import java.io.Serial;

/** A command line that cannot be meant; the message says why. */
final class MisuseException extends Exception {

  @Serial private static final long serialVersionUID = 1;

  MisuseException(String message) {
    super(message);
  }
}
