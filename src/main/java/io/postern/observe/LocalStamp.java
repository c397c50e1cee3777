package io.postern.observe;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** A local time to the second as text, kept while the second is the same; owned by one thread. */
final class LocalStamp {

  private final DateTimeFormatter format;
  private long second = Long.MIN_VALUE;
  private byte[] text = {};

  /** Writes times of a zone in a pattern of {@link DateTimeFormatter}, with English names. */
  LocalStamp(String pattern, ZoneId zone) {
    format = DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).withZone(zone);
  }

  /** Writes the time without its milliseconds. */
  void write(long wallMillis, LineBuffer out) {
    long asked = Math.floorDiv(wallMillis, 1000L);
    if (asked != second) {
      text = format.format(Instant.ofEpochSecond(asked)).getBytes(StandardCharsets.US_ASCII);
      second = asked;
    }
    out.write(text, 0, text.length);
  }
}
