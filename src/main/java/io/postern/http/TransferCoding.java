package io.postern.http;

import io.netty.util.AsciiString;

/**
 * What the Transfer-Encoding fields of a message come to, member by member (RFC 9112 §6.1). Only
 * {@code chunked} alone is understood.
 */
enum TransferCoding {
  /** No such field. */
  NONE,
  /** Exactly one {@code chunked}. */
  CHUNKED,
  /** Something, but not yet {@code chunked}: nobody can tell where the content ends. */
  UNFRAMED,
  /** Something else, and then {@code chunked}: framed, but not to be read. */
  CODED,
  /** {@code chunked}, and then more: readers differ in where the content ends. */
  AMBIGUOUS,
  /** Not a list of codings. */
  MALFORMED;

  private static final AsciiString CHUNKED_NAME = AsciiString.cached("chunked");

  /** What it comes to with the value of one more field. */
  TransferCoding and(byte[] bytes, int from, int to) {
    TransferCoding all = this;
    int start = from;
    for (int i = from; i <= to; i++) {
      if (i == to || bytes[i] == ',') {
        all = all.andMember(bytes, start, i);
        start = i + 1;
      }
    }
    return all;
  }

  private TransferCoding andMember(byte[] bytes, int from, int to) {
    int start = from;
    while (start < to && FieldRules.isBlank(bytes[start])) {
      start++;
    }
    int end = start;
    while (end < to && FieldNames.isToken(bytes[end])) {
      end++;
    }
    int rest = end;
    while (rest < to && FieldRules.isBlank(bytes[rest])) {
      rest++;
    }
    boolean parameters = rest < to && bytes[rest] == ';';
    if (start == end || (rest < to && !parameters)) {
      return MALFORMED;
    }
    AsciiString name = new AsciiString(bytes, start, end - start, false);
    if (!CHUNKED_NAME.contentEqualsIgnoreCase(name)) {
      return andOther();
    }
    // RFC 9112 §7.1: chunked has no parameters, and their presence is an error.
    return parameters ? MALFORMED : andChunked();
  }

  private TransferCoding andChunked() {
    return switch (this) {
      case NONE -> CHUNKED;
      case UNFRAMED -> CODED;
      case CHUNKED, CODED, AMBIGUOUS -> AMBIGUOUS;
      case MALFORMED -> MALFORMED;
    };
  }

  private TransferCoding andOther() {
    return switch (this) {
      case NONE, UNFRAMED -> UNFRAMED;
      case CHUNKED, CODED, AMBIGUOUS -> AMBIGUOUS;
      case MALFORMED -> MALFORMED;
    };
  }
}
