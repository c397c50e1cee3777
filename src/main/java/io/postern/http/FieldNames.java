package io.postern.http;

import io.netty.util.AsciiString;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The field names that are met often or mean something to a proxy. A codec makes a known name one
 * of these objects, whatever case it came in.
 */
public final class FieldNames {

  public static final AsciiString ACCEPT = AsciiString.cached("accept");
  public static final AsciiString ACCEPT_CHARSET = AsciiString.cached("accept-charset");
  public static final AsciiString ACCEPT_ENCODING = AsciiString.cached("accept-encoding");
  public static final AsciiString ACCEPT_LANGUAGE = AsciiString.cached("accept-language");
  public static final AsciiString ACCEPT_RANGES = AsciiString.cached("accept-ranges");
  public static final AsciiString ACCESS_CONTROL_ALLOW_ORIGIN =
      AsciiString.cached("access-control-allow-origin");
  public static final AsciiString AGE = AsciiString.cached("age");
  public static final AsciiString ALLOW = AsciiString.cached("allow");
  public static final AsciiString AUTHORIZATION = AsciiString.cached("authorization");
  public static final AsciiString CACHE_CONTROL = AsciiString.cached("cache-control");
  public static final AsciiString CLIENT_CERT = AsciiString.cached("client-cert");
  public static final AsciiString CLIENT_CERT_CHAIN = AsciiString.cached("client-cert-chain");
  public static final AsciiString CONNECTION = AsciiString.cached("connection");
  public static final AsciiString CONTENT_DISPOSITION = AsciiString.cached("content-disposition");
  public static final AsciiString CONTENT_ENCODING = AsciiString.cached("content-encoding");
  public static final AsciiString CONTENT_LANGUAGE = AsciiString.cached("content-language");
  public static final AsciiString CONTENT_LENGTH = AsciiString.cached("content-length");
  public static final AsciiString CONTENT_LOCATION = AsciiString.cached("content-location");
  public static final AsciiString CONTENT_RANGE = AsciiString.cached("content-range");
  public static final AsciiString CONTENT_TYPE = AsciiString.cached("content-type");
  public static final AsciiString COOKIE = AsciiString.cached("cookie");
  public static final AsciiString DATE = AsciiString.cached("date");
  public static final AsciiString ETAG = AsciiString.cached("etag");
  public static final AsciiString EXPECT = AsciiString.cached("expect");
  public static final AsciiString EXPIRES = AsciiString.cached("expires");
  public static final AsciiString FORWARDED = AsciiString.cached("forwarded");
  public static final AsciiString FROM = AsciiString.cached("from");
  public static final AsciiString GRPC_MESSAGE = AsciiString.cached("grpc-message");
  public static final AsciiString GRPC_STATUS = AsciiString.cached("grpc-status");
  public static final AsciiString GRPC_TIMEOUT = AsciiString.cached("grpc-timeout");
  public static final AsciiString HOST = AsciiString.cached("host");
  public static final AsciiString HTTP2_SETTINGS = AsciiString.cached("http2-settings");
  public static final AsciiString IF_MATCH = AsciiString.cached("if-match");
  public static final AsciiString IF_MODIFIED_SINCE = AsciiString.cached("if-modified-since");
  public static final AsciiString IF_NONE_MATCH = AsciiString.cached("if-none-match");
  public static final AsciiString IF_RANGE = AsciiString.cached("if-range");
  public static final AsciiString IF_UNMODIFIED_SINCE = AsciiString.cached("if-unmodified-since");
  public static final AsciiString KEEP_ALIVE = AsciiString.cached("keep-alive");
  public static final AsciiString LAST_MODIFIED = AsciiString.cached("last-modified");
  public static final AsciiString LINK = AsciiString.cached("link");
  public static final AsciiString LOCATION = AsciiString.cached("location");
  public static final AsciiString MAX_FORWARDS = AsciiString.cached("max-forwards");
  public static final AsciiString ORIGIN = AsciiString.cached("origin");
  public static final AsciiString PRAGMA = AsciiString.cached("pragma");
  public static final AsciiString PROXY_AUTHENTICATE = AsciiString.cached("proxy-authenticate");
  public static final AsciiString PROXY_AUTHORIZATION = AsciiString.cached("proxy-authorization");
  public static final AsciiString PROXY_CONNECTION = AsciiString.cached("proxy-connection");
  public static final AsciiString RANGE = AsciiString.cached("range");
  public static final AsciiString RATE_LIMIT = AsciiString.cached("ratelimit");
  public static final AsciiString RATE_LIMIT_POLICY = AsciiString.cached("ratelimit-policy");
  public static final AsciiString REFERER = AsciiString.cached("referer");
  public static final AsciiString REFRESH = AsciiString.cached("refresh");
  public static final AsciiString RETRY_AFTER = AsciiString.cached("retry-after");
  public static final AsciiString SEC_FETCH_DEST = AsciiString.cached("sec-fetch-dest");
  public static final AsciiString SEC_FETCH_MODE = AsciiString.cached("sec-fetch-mode");
  public static final AsciiString SEC_FETCH_SITE = AsciiString.cached("sec-fetch-site");
  public static final AsciiString SEC_FETCH_USER = AsciiString.cached("sec-fetch-user");
  public static final AsciiString SEC_WEBSOCKET_ACCEPT = AsciiString.cached("sec-websocket-accept");
  public static final AsciiString SEC_WEBSOCKET_KEY = AsciiString.cached("sec-websocket-key");
  public static final AsciiString SERVER = AsciiString.cached("server");
  public static final AsciiString SET_COOKIE = AsciiString.cached("set-cookie");
  public static final AsciiString STRICT_TRANSPORT_SECURITY =
      AsciiString.cached("strict-transport-security");
  public static final AsciiString TE = AsciiString.cached("te");
  public static final AsciiString TRACEPARENT = AsciiString.cached("traceparent");
  public static final AsciiString TRACESTATE = AsciiString.cached("tracestate");
  public static final AsciiString TRAILER = AsciiString.cached("trailer");
  public static final AsciiString TRANSFER_ENCODING = AsciiString.cached("transfer-encoding");
  public static final AsciiString UPGRADE = AsciiString.cached("upgrade");
  public static final AsciiString UPGRADE_INSECURE_REQUESTS =
      AsciiString.cached("upgrade-insecure-requests");
  public static final AsciiString USER_AGENT = AsciiString.cached("user-agent");
  public static final AsciiString VARY = AsciiString.cached("vary");
  public static final AsciiString VIA = AsciiString.cached("via");
  public static final AsciiString WWW_AUTHENTICATE = AsciiString.cached("www-authenticate");
  public static final AsciiString X_AMZ_CONTENT_SHA256 = AsciiString.cached("x-amz-content-sha256");
  public static final AsciiString X_AMZ_DATE = AsciiString.cached("x-amz-date");
  public static final AsciiString X_FORWARDED_FOR = AsciiString.cached("x-forwarded-for");
  public static final AsciiString X_FORWARDED_HOST = AsciiString.cached("x-forwarded-host");
  public static final AsciiString X_FORWARDED_PORT = AsciiString.cached("x-forwarded-port");
  public static final AsciiString X_FORWARDED_PROTO = AsciiString.cached("x-forwarded-proto");
  public static final AsciiString X_POSTERN_CERTIFICATE_FINGERPRINT =
      AsciiString.cached("x-postern-certificate-fingerprint");
  public static final AsciiString X_POSTERN_CERTIFICATE_NAMES =
      AsciiString.cached("x-postern-certificate-names");
  public static final AsciiString X_POSTERN_CERTIFICATE_SERIAL =
      AsciiString.cached("x-postern-certificate-serial");
  public static final AsciiString X_POSTERN_CERTIFICATE_SUBJECT =
      AsciiString.cached("x-postern-certificate-subject");
  public static final AsciiString X_POSTERN_TENANT = AsciiString.cached("x-postern-tenant");
  public static final AsciiString X_POSTERN_VPCE = AsciiString.cached("x-postern-vpce");
  public static final AsciiString X_REQUEST_ID = AsciiString.cached("x-request-id");

  /** For each byte of a name its lower case, 0 where it may not stand in one (RFC 9110 §5.6.2). */
  private static final byte[] TOKEN = tokenTable();

  private static final VarHandle INTS =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int SLOT_BITS = 10;
  private static final int SLOTS = 1 << SLOT_BITS;
  private static final @Nullable AsciiString[] KNOWN = new AsciiString[SLOTS];

  static {
    for (AsciiString name :
        new AsciiString[] {
          ACCEPT,
          ACCEPT_CHARSET,
          ACCEPT_ENCODING,
          ACCEPT_LANGUAGE,
          ACCEPT_RANGES,
          ACCESS_CONTROL_ALLOW_ORIGIN,
          AGE,
          ALLOW,
          AUTHORIZATION,
          CACHE_CONTROL,
          CONNECTION,
          CONTENT_DISPOSITION,
          CONTENT_ENCODING,
          CONTENT_LANGUAGE,
          CONTENT_LENGTH,
          CONTENT_LOCATION,
          CONTENT_RANGE,
          CONTENT_TYPE,
          COOKIE,
          DATE,
          ETAG,
          EXPECT,
          EXPIRES,
          FORWARDED,
          FROM,
          GRPC_MESSAGE,
          GRPC_STATUS,
          GRPC_TIMEOUT,
          HOST,
          HTTP2_SETTINGS,
          IF_MATCH,
          IF_MODIFIED_SINCE,
          IF_NONE_MATCH,
          IF_RANGE,
          IF_UNMODIFIED_SINCE,
          KEEP_ALIVE,
          LAST_MODIFIED,
          LINK,
          LOCATION,
          MAX_FORWARDS,
          ORIGIN,
          PRAGMA,
          PROXY_AUTHENTICATE,
          PROXY_AUTHORIZATION,
          PROXY_CONNECTION,
          RANGE,
          REFERER,
          REFRESH,
          RETRY_AFTER,
          SEC_FETCH_DEST,
          SEC_FETCH_MODE,
          SEC_FETCH_SITE,
          SEC_FETCH_USER,
          SEC_WEBSOCKET_ACCEPT,
          SEC_WEBSOCKET_KEY,
          SERVER,
          SET_COOKIE,
          STRICT_TRANSPORT_SECURITY,
          TE,
          TRACEPARENT,
          TRACESTATE,
          TRAILER,
          TRANSFER_ENCODING,
          UPGRADE,
          UPGRADE_INSECURE_REQUESTS,
          USER_AGENT,
          VARY,
          VIA,
          WWW_AUTHENTICATE,
          X_AMZ_CONTENT_SHA256,
          X_AMZ_DATE,
          X_FORWARDED_FOR,
          X_FORWARDED_HOST,
          X_FORWARDED_PORT,
          X_FORWARDED_PROTO,
          X_POSTERN_TENANT,
          X_POSTERN_VPCE,
          X_REQUEST_ID
        }) {
      put(name);
    }
  }

  private FieldNames() {}

  /**
   * The end of the name that begins at a place: the first byte that may not stand in one. The name
   * is folded to lower case in place.
   *
   * @return {@code to} where every byte may
   */
  static int fold(byte[] bytes, int from, int to) {
    int i = from;
    for (; i < to; i++) {
      byte lower = TOKEN[bytes[i] & 0xFF];
      if (lower == 0) {
        break;
      }
      bytes[i] = lower;
    }
    return i;
  }

  /** The known object for a name that is not empty and in lower case, or else a view of it. */
  static AsciiString of(byte[] bytes, int from, int to) {
    for (int slot = slot(bytes, from, to); ; slot = (slot + 1) & (SLOTS - 1)) {
      AsciiString known = KNOWN[slot];
      if (known == null) {
        return new AsciiString(bytes, from, to - from, false);
      }
      if (Arrays.equals(known.array(), 0, known.length(), bytes, from, to)) {
        return known;
      }
    }
  }

  /**
   * The known object for a name that must be lower case already, as in HTTP/2 (RFC 9113 §8.2.1).
   *
   * @return null where the name is empty, or a byte is a capital or may not stand in a name
   */
  public static @Nullable AsciiString lowerCase(AsciiString name) {
    byte[] bytes = name.array();
    int start = name.arrayOffset();
    int end = start + name.length();
    for (int i = start; i < end; i++) {
      byte lower = TOKEN[bytes[i] & 0xFF];
      if (lower == 0 || lower != bytes[i]) {
        return null;
      }
    }
    return start == end ? null : of(bytes, start, end);
  }

  /**
   * Whether two names are the same to servers that make variables of names, as CGI, WSGI and PHP
   * do: to them all but letters and digits is an underscore (RFC 9110 §17.10).
   *
   * @param known lower case, with hyphens
   * @param name lower case
   */
  public static boolean isVariantOf(AsciiString known, AsciiString name) {
    boolean same = name.length() == known.length();
    for (int i = 0; same && i < name.length(); i++) {
      byte b = name.byteAt(i);
      same = (isLetterOrDigit(b) ? b : '-') == known.byteAt(i);
    }
    return same;
  }

  /** Whether a name has only letters, digits and hyphens, so that it is no variant of another. */
  static boolean isPlain(AsciiString name) {
    return isVariantOf(name, name);
  }

  /** The known object for a name that is valid and in lower case; itself where none is known. */
  public static AsciiString known(AsciiString name) {
    return of(name.array(), name.arrayOffset(), name.arrayOffset() + name.length());
  }

  /**
   * The name, known where it is, that servers could take this one for: all but letters and digits
   * is a hyphen.
   *
   * @param name lower case
   */
  public static AsciiString plain(AsciiString name) {
    byte[] bytes = name.toByteArray();
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = isLetterOrDigit(bytes[i]) ? bytes[i] : (byte) '-';
    }
    return bytes.length == 0 ? name : of(bytes, 0, bytes.length);
  }

  private static boolean isLetterOrDigit(byte b) {
    return (b >= 'a' && b <= 'z') || (b >= '0' && b <= '9');
  }

  /** Whether a byte may stand in a token (RFC 9110 §5.6.2). */
  static boolean isToken(byte b) {
    return TOKEN[b & 0xFF] != 0;
  }

  private static void put(AsciiString name) {
    int slot = slot(name.array(), 0, name.length());
    while (KNOWN[slot] != null) {
      slot = (slot + 1) & (SLOTS - 1);
    }
    KNOWN[slot] = name;
  }

  /** By length and both ends, which tell the known names apart: no byte between is looked at. */
  private static int slot(byte[] bytes, int from, int to) {
    int length = to - from;
    int first = bytes[from];
    int last = bytes[to - 1];
    if (length >= Integer.BYTES) {
      first = (int) INTS.get(bytes, from);
      last = (int) INTS.get(bytes, to - Integer.BYTES);
    }
    return ((31 * first + last) * 0x9E3779B9 + length * 0x85EBCA6B) >>> (Integer.SIZE - SLOT_BITS);
  }

  private static byte[] tokenTable() {
    byte[] table = new byte[256];
    for (int c = 0; c < 128; c++) {
      boolean letterOrDigit =
          (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
      if (letterOrDigit || "!#$%&'*+-.^_`|~".indexOf(c) >= 0) {
        table[c] = (byte) Character.toLowerCase(c);
      }
    }
    return table;
  }
}
