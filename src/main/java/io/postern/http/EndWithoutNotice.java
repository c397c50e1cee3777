package io.postern.http;

/**
 * What a codec is told, as a user event, before a TLS connection goes inactive without a
 * close_notify (RFC 8446 §6.1): anyone on the way may have cut it, so that content which ends with
 * the connection may not be whole.
 */
public enum EndWithoutNotice {
  EVENT
}
