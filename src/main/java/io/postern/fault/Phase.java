package io.postern.fault;

/**
 * How far an exchange had come: the second letter of the termination code, as HAProxy writes it.
 */
public enum Phase {
  /** To its end. */
  DONE('-'),
  /** Reading the request head, or deciding what to do with it. */
  REQUEST('R'),
  /** Waiting for a server. */
  QUEUE('Q'),
  /** Connecting to a server. */
  CONNECT('C'),
  /** Sending the request, or waiting for the response head. */
  HEADERS('H'),
  /** Relaying content. */
  DATA('D'),
  /** The response had come whole; its last bytes were on the way to the client. */
  LAST('L');

  private final char letter;

  Phase(char letter) {
    this.letter = letter;
  }

  /** The letter of the termination code. */
  public char letter() {
    return letter;
  }
}
