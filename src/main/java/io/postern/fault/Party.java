package io.postern.fault;

/**
 * Who ended an exchange: the first letter of the termination code, as HAProxy writes it
 * (configuration manual, section 8.5).
 */
public enum Party {
  /** Nobody: it ran to its end. */
  NONE('-'),
  /** The client went away or broke the rules of its connection. */
  CLIENT('C'),
  /** The client was silent for too long, or gave no more time. */
  CLIENT_TIMEOUT('c'),
  /** The server refused, went away, or reset. */
  SERVER('S'),
  /** The server was silent for too long. */
  SERVER_TIMEOUT('s'),
  /** Postern refused what it was sent: a malformed or forbidden message. */
  PROXY('P'),
  /** Postern answered by itself: a redirect or a fixed response. */
  LOCAL('L'),
  /** Something of Postern's own ran out. */
  RESOURCE('R'),
  /** A fault inside Postern. */
  INTERNAL('I'),
  /** Ended by an operator, for itself; or the drain's time ran out, or a second SIGTERM. */
  OPERATOR('K');

  private final char letter;

  Party(char letter) {
    this.letter = letter;
  }

  /** The letter of the termination code. */
  public char letter() {
    return letter;
  }
}
