package io.postern.shaping;

/** Which way content goes. */
public enum Way {
  /** From clients. */
  RECEIVED,
  /** To clients. */
  SENT
}
