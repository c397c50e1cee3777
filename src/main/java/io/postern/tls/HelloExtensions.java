package io.postern.tls;

import io.postern.tls.ClientHello.Codes;
import io.postern.tls.ClientHello.Malformed;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The extensions of a ClientHello, as far as they have been read: the types of all, and what those
 * say that choose a certificate.
 */
final class HelloExtensions {

  static final int SERVER_NAME = 0;
  private static final int SUPPORTED_GROUPS = 10;
  private static final int SIGNATURE_ALGORITHMS = 13;
  static final int ALPN = 16;
  private static final int SUPPORTED_VERSIONS = 43;

  /** More than most clients send. */
  private static final int USUAL_COUNT = 24;

  private static final int HOST_NAME = 0;
  private static final int MAX_HOST = 253;
  private static final int MAX_LABEL = 63;

  @Nullable String serverName;
  Codes groups = Codes.NONE;
  Codes signatureAlgorithms = Codes.NONE;
  Codes versions = Codes.NONE;
  List<String> alpn = List.of();

  private char[] types = new char[USUAL_COUNT];
  private int count;

  void read(HelloReader in) throws Malformed {
    while (in.hasMore()) {
      int type = in.u16();
      keep(type);
      read(type, in.extension("extension " + type));
    }
  }

  /** The types of all extensions, in the order in which they came. */
  Codes types() {
    return new Codes(Arrays.copyOf(types, count));
  }

  private void keep(int type) {
    if (count == types.length) {
      types = Arrays.copyOf(types, 2 * count);
    }
    types[count++] = (char) type;
  }

  // An extension that comes twice is illegal (RFC 8446 §4.2). Were the second one read, this side
  // could choose for another host than the TLS library sees.
  private void read(int type, HelloReader in) throws Malformed {
    switch (type) {
      case SERVER_NAME -> serverName = once(serverName == null, in, host(in));
      case SUPPORTED_GROUPS -> groups = once(groups.isEmpty(), in, codes(in.vector16("groups")));
      case SIGNATURE_ALGORITHMS ->
          signatureAlgorithms =
              once(signatureAlgorithms.isEmpty(), in, codes(in.vector16("signature_algorithms")));
      case ALPN -> alpn = once(alpn.isEmpty(), in, protocols(in.vector16("alpn")));
      case SUPPORTED_VERSIONS ->
          versions = once(versions.isEmpty(), in, codes(in.vector8("supported_versions")));
      default -> {
        return;
      }
    }
    in.mustEnd();
  }

  private static <T> T once(boolean first, HelloReader in, T value) throws Malformed {
    if (!first) {
      throw in.malformed("comes twice");
    }
    return value;
  }

  /** The code points that fill a vector to its end. */
  static Codes codes(HelloReader in) throws Malformed {
    if (in.remaining() % 2 != 0) {
      throw in.malformed("has half a code point");
    }
    char[] codes = new char[in.remaining() / 2];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (char) in.u16();
    }
    return new Codes(codes);
  }

  private static List<String> protocols(HelloReader in) throws Malformed {
    List<String> protocols = new ArrayList<>(4);
    while (in.hasMore()) {
      protocols.add(in.vector8("alpn protocol").text());
    }
    return List.copyOf(protocols);
  }

  /** Exactly one name, of the one type that exists (RFC 6066 §3). */
  private static String host(HelloReader in) throws Malformed {
    HelloReader list = in.vector16("server_name");
    if (list.u8() != HOST_NAME) {
      throw list.malformed("is of an unknown type");
    }
    HelloReader name = list.vector16("server_name");
    list.mustEnd();
    return host(name.text(), name);
  }

  // Letters, digits, hyphens and, since such hosts exist, underscores; no dot at the end (RFC
  // 6066).
  private static String host(String sent, HelloReader in) throws Malformed {
    char[] host = sent.toCharArray();
    int label = 0;
    for (int i = 0; i < host.length; i++) {
      host[i] = lower(host[i]);
      if (host[i] == '.' ? label == 0 : !mayStandInLabel(host[i]) || label == MAX_LABEL) {
        throw in.malformed("is not a host name");
      }
      label = host[i] == '.' ? 0 : label + 1;
    }
    if (label == 0 || host.length > MAX_HOST) {
      throw in.malformed("is not a host name");
    }
    return new String(host);
  }

  private static char lower(char c) {
    return c >= 'A' && c <= 'Z' ? (char) (c + ('a' - 'A')) : c;
  }

  private static boolean mayStandInLabel(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  }
}
