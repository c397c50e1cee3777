package io.postern.http;

import io.netty.util.AsciiString;

/** A version of HTTP, as a message was sent in. */
public enum HttpVersion {
  HTTP_1_0("HTTP/1.0", "1.0"),
  HTTP_1_1("HTTP/1.1", "1.1"),
  HTTP_2("HTTP/2", "2");

  private final String label;
  private final AsciiString number;

  HttpVersion(String label, String number) {
    this.label = label;
    this.number = AsciiString.cached(number);
  }

  /** The protocol-version of the log, such as {@code HTTP/1.1}. */
  public String label() {
    return label;
  }

  /** The received-protocol of a Via field (RFC 9110 §7.6.3). */
  public AsciiString number() {
    return number;
  }
}
