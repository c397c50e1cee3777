package io.postern.tls;

import static io.postern.tls.HelloExtensions.ALPN;
import static io.postern.tls.HelloExtensions.SERVER_NAME;

import io.netty.util.AsciiString;
import io.postern.tls.ClientHello.Codes;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * JA4, the fingerprint of a client's TLS by what it says first: how it is put together stands in
 * {@code technical_details/JA4.md} of <a href="https://github.com/FoxIO-LLC/ja4">FoxIO</a>.
 *
 * <p>Any thread may ask. Of two that do so at once, both compute it, and to the same.
 */
final class Ja4 implements Supplier<AsciiString> {

  private static final int LENGTH = 36;
  private static final int MOST_COUNTED = 99;
  private static final int HASHED_BYTES = 6;
  private static final String UNKNOWN = "00";
  private static final String OF_NOTHING = "000000000000";
  private static final HexFormat HEX = HexFormat.of();

  private AsciiString text = AsciiString.EMPTY_STRING;

  /** Null once the text is there: volatile, so that whoever sees that sees the text as well. */
  private volatile @Nullable ClientHello unread;

  Ja4(ClientHello hello) {
    unread = hello;
  }

  @Override
  public AsciiString get() {
    ClientHello hello = unread;
    if (hello != null) {
      text = textOf(hello);
      unread = null; // it is far larger than the text, and the connection may live for days
    }
    return text;
  }

  private static AsciiString textOf(ClientHello hello) {
    Codes suites = hello.cipherSuites().only(Ja4::counts);
    Codes extensions = hello.extensions().only(Ja4::counts);
    Codes signatures = hello.signatureAlgorithms().only(Ja4::counts);
    StringBuilder text = new StringBuilder(LENGTH).append('t').append(version(hello));
    text.append(extensions.contains(SERVER_NAME) ? 'd' : 'i');
    appendCount(text, suites.size());
    appendCount(text, extensions.size());
    appendProtocol(text, hello.alpn());
    text.append('_').append(hash(list(suites.sorted())));
    String others = list(extensions.only(type -> type != SERVER_NAME && type != ALPN).sorted());
    text.append('_').append(hash(signatures.isEmpty() ? others : others + '_' + list(signatures)));
    return new AsciiString(text);
  }

  /** All but GREASE (RFC 8701), which is drawn anew for each connection. */
  private static boolean counts(int code) {
    return (code & 0x0F0F) != 0x0A0A || code >> 8 != (code & 0xFF);
  }

  private static String version(ClientHello hello) {
    if (hello.versions().isEmpty()) {
      return version(hello.legacyVersion());
    }
    Codes offered = hello.versions().only(Ja4::counts).sorted();
    return offered.isEmpty() ? UNKNOWN : version(offered.at(offered.size() - 1));
  }

  private static String version(int code) {
    return switch (code) {
      case 0x0304 -> "13";
      case 0x0303 -> "12";
      case 0x0302 -> "11";
      case 0x0301 -> "10";
      case 0x0300 -> "s3";
      case 0x0002 -> "s2";
      case 0xFEFF -> "d1";
      case 0xFEFD -> "d2";
      case 0xFEFC -> "d3";
      default -> UNKNOWN;
    };
  }

  private static void appendCount(StringBuilder text, int count) {
    int shown = Math.min(count, MOST_COUNTED);
    text.append((char) ('0' + shown / 10)).append((char) ('0' + shown % 10));
  }

  /** Of the favourite the first and the last character, or the first and last of its hex digits. */
  private static void appendProtocol(StringBuilder text, List<String> alpn) {
    if (alpn.isEmpty()) {
      text.append("00");
      return;
    }
    String favourite = alpn.getFirst();
    char first = favourite.charAt(0);
    char last = favourite.charAt(favourite.length() - 1);
    if (isAlphanumeric(first) && isAlphanumeric(last)) {
      text.append(first).append(last);
    } else {
      text.append(HEX.toHighHexDigit(first)).append(HEX.toLowHexDigit(last));
    }
  }

  private static boolean isAlphanumeric(char c) {
    return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z');
  }

  private static String list(Codes codes) {
    StringBuilder list = new StringBuilder(5 * codes.size());
    for (int i = 0; i < codes.size(); i++) {
      list.append(i == 0 ? "" : ",").append(HEX.toHexDigits((char) codes.at(i)));
    }
    return list.toString();
  }

  private static String hash(String list) {
    return list.isEmpty() ? OF_NOTHING : HEX.formatHex(sha256(list), 0, HASHED_BYTES);
  }

  private static byte[] sha256(String list) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(list.getBytes(StandardCharsets.US_ASCII));
    } catch (NoSuchAlgorithmException absent) {
      throw new IllegalStateException(absent); // every Java has it
    }
  }
}
