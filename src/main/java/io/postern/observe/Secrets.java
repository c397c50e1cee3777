package io.postern.observe;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * Takes what may be a secret out of the bytes of a head that was refused, and leaves each byte that
 * stays where it stood. Such a head may be wrong in any way, so this goes by no grammar: where the
 * name of a field stands that holds secrets, whatever is between its letters, all is hidden up to
 * the end of the line and of those that go on with it. Better too much than too little.
 *
 * <p>Owned by one thread.
 */
final class Secrets {

  /** In the names of Proxy-Authorization, Set-Cookie, X-Amz-Security-Token and the like, too. */
  private static final List<byte[]> WORDS =
      List.of(
          "authorization".getBytes(StandardCharsets.US_ASCII),
          "cookie".getBytes(StandardCharsets.US_ASCII),
          "token".getBytes(StandardCharsets.US_ASCII),
          "apikey".getBytes(StandardCharsets.US_ASCII),
          "password".getBytes(StandardCharsets.US_ASCII),
          "signature".getBytes(StandardCharsets.US_ASCII),
          "credential".getBytes(StandardCharsets.US_ASCII),
          "secret".getBytes(StandardCharsets.US_ASCII));

  /** Between two letters of a name there may be so many bytes that are none. */
  private static final int MOST_BETWEEN = 8;

  private static final byte INSTEAD = '*';

  private final Redaction redaction;

  /** Hides the values of these parameters of queries as well. */
  Secrets(List<String> parameters) {
    redaction = new Redaction(parameters);
  }

  /**
   * Hides them.
   *
   * @param bytes changed in place
   * @param whole whether they begin where the head does; else the first line may be the rest of a
   *     secret
   */
  void hide(byte[] bytes, boolean whole) {
    redaction.hide(bytes, INSTEAD);
    int at = whole ? 0 : hideLine(bytes, 0);
    while (at < bytes.length) {
      int end = endOfWord(bytes, at);
      at = end > 0 ? hideLine(bytes, end) : at + 1;
    }
  }

  /** Where a word ends that begins here; 0 where none does. */
  private static int endOfWord(byte[] bytes, int from) {
    byte first = letter(bytes[from]);
    for (byte[] word : WORDS) {
      if (word[0] == first) {
        int end = endOf(word, bytes, from);
        if (end > 0) {
          return end;
        }
      }
    }
    return 0;
  }

  private static int endOf(byte[] word, byte[] bytes, int from) {
    int matched = 0;
    int between = 0;
    for (int at = from; at < bytes.length; at++) {
      byte letter = letter(bytes[at]);
      if (letter == 0) {
        if (++between > MOST_BETWEEN) {
          return 0;
        }
      } else if (letter != word[matched]) {
        return 0;
      } else {
        between = 0;
        if (++matched == word.length) {
          return at + 1;
        }
      }
    }
    return 0;
  }

  /** In lower case; 0 where it is none. */
  private static byte letter(byte b) {
    int folded = b | 0x20;
    return folded >= 'a' && folded <= 'z' ? (byte) folded : 0;
  }

  /** Hides the line, but for the colon behind the name, and the lines that go on with it. */
  private static int hideLine(byte[] bytes, int from) {
    int at = from;
    boolean inName = true;
    while (at < bytes.length) {
      byte b = bytes[at];
      boolean lineEnds = b == '\n' && !goesOn(bytes, at + 1);
      if (lineEnds) {
        return at + 1;
      }
      boolean stays = b == '\n' || b == '\r' || (inName && (b == ':' || b == ' '));
      inName &= b == ':' || b == ' ';
      if (!stays) {
        bytes[at] = INSTEAD;
      }
      at++;
    }
    return at;
  }

  private static boolean goesOn(byte[] bytes, int at) {
    return at < bytes.length && (bytes[at] == ' ' || bytes[at] == '\t');
  }
}
