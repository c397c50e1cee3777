package io.postern.http;

import static io.postern.http.Glitch.Allowance.RULES;
import static io.postern.http.Glitch.Allowance.TALK;

/**
 * What the peer of an HTTP/2 connection may do now and then, and a well-behaved one seldom does.
 * Each costs points of an allowance that work earns back; {@link Http2Glitches} keeps the accounts.
 */
public enum Glitch {
  /** A rule broken on a stream, which we had to reset: its work may go on without it. */
  STREAM_ERROR(RULES, 10),
  /** RST_STREAM: whoever asks and takes it back has the work done for nothing. */
  RESET(RULES, 4),
  /** DATA with nothing in it, not even the end of its stream. */
  EMPTY_DATA(RULES, 4),
  /** A part of a field block that goes on, far smaller than a frame may be. */
  FRAGMENT(RULES, 10),
  /** SETTINGS, which are said once, and acknowledged once. */
  SETTINGS(RULES, 10),
  /** GOAWAY, which is said twice at most. */
  GOAWAY(RULES, 10),
  /** PING. */
  PING(TALK, 1),
  /** WINDOW_UPDATE. */
  WINDOW_UPDATE(TALK, 1),
  /** PRIORITY, which means nothing any more (RFC 9113 §5.3.2). */
  PRIORITY(TALK, 1),
  /** A frame for a stream that has ended, more than can have been under way. */
  LATE_FRAME(TALK, 1),
  /** A stream beyond those that may be open at once; a client may not know yet how many that is. */
  REFUSED_STREAM(TALK, 1),
  /** A frame of a type that we do not know, or that only we may send. */
  OTHER_FRAME(TALK, 1);

  /** What points are taken from: no amount of work for which much has to be said buys offences. */
  enum Allowance {
    /** Offences, and what makes work and takes it back. */
    RULES,
    /** What is said about the connection, of which content that flows needs some. */
    TALK
  }

  private final Allowance allowance;
  private final int points;

  Glitch(Allowance allowance, int points) {
    this.allowance = allowance;
    this.points = points;
  }

  Allowance allowance() {
    return allowance;
  }

  int points() {
    return points;
  }
}
