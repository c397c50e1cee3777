package io.postern.filter;

import io.netty.util.AsciiString;
import io.postern.http.FieldNames;
import io.postern.http.Fields;
import io.postern.http.HttpVersion;

/**
 * The trace that a proxy leaves in what it passes on (RFC 9110 §7.6.3): the version in which it was
 * received, and a pseudonym, since our host name is nobody's business.
 *
 * <p>Loops are not looked for: two Posterns in a row are a common thing and have the same name.
 */
public final class Via {

  private static final AsciiString HTTP_1_0 = value(HttpVersion.HTTP_1_0);
  private static final AsciiString HTTP_1_1 = value(HttpVersion.HTTP_1_1);
  private static final AsciiString HTTP_2 = value(HttpVersion.HTTP_2);

  private Via() {}

  /**
   * Adds ours behind those that are there.
   *
   * @param received the version of the message that these fields came with
   */
  public static void append(Fields fields, HttpVersion received) {
    AsciiString value =
        switch (received) {
          case HTTP_1_0 -> HTTP_1_0;
          case HTTP_1_1 -> HTTP_1_1;
          case HTTP_2 -> HTTP_2;
        };
    fields.add(FieldNames.VIA, value);
  }

  private static AsciiString value(HttpVersion received) {
    return AsciiString.cached(received.number() + " postern");
  }
}
