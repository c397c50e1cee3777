package io.postern.listener;

/** Which of many open connections or exchanges are told of first. */
public enum Order {
  /** The oldest. */
  AGE,
  /** Those with the most bytes of content. */
  BYTES
}
