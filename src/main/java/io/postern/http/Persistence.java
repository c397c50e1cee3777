package io.postern.http;

/** What the Connection field of an HTTP/1.1 head says of the time behind the message. */
enum Persistence {
  /** Nothing: the default of the version. */
  DEFAULT,
  KEEP_ALIVE,
  CLOSE
}
