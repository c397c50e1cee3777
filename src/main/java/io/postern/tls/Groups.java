package io.postern.tls;

import io.netty.handler.ssl.OpenSsl;
import io.netty.internal.tcnative.SSL;
import io.netty.internal.tcnative.SSLContext;
import io.postern.config.Place;
import io.postern.config.Problem;
import java.util.List;

/** The groups of the key exchange, as far as the library that is loaded takes them. */
final class Groups {

  /** X25519MLKEM768 first: what is recorded today is not read by a quantum computer one day. */
  static final List<String> DEFAULT =
      List.of("X25519MLKEM768", "X25519", "P-256", "P-384", "P-521");

  private Groups() {}

  /**
   * Those that a config names, each proven on the library: Netty would pass over one that it
   * refuses, and say so in its log at most (netty-tcnative 863).
   *
   * @param named perhaps none, which leaves {@code otherwise}
   * @param problems takes those that the library refuses
   */
  static List<String> of(
      Place place, List<String> named, List<String> otherwise, List<Problem> problems) {
    for (int i = 0; i < named.size(); i++) {
      if (!isTaken(named.get(i))) {
        problems.add(
            place.problem(
                "groups[" + i + "]",
                OpenSsl.isAvailable()
                    ? named.get(i) + " is not taken by " + OpenSsl.versionString()
                    : "the TLS of the JDK serves here, whose groups cannot be chosen",
                "one of " + String.join(", ", DEFAULT.stream().filter(Groups::isTaken).toList())));
      }
    }
    return named.isEmpty() ? otherwise : named;
  }

  private static boolean isTaken(String name) {
    // The library splits at colons, and one name is what was asked about.
    if (!OpenSsl.isAvailable() || name.indexOf(':') >= 0) {
      return false;
    }
    try {
      long context = SSLContext.make(SSL.SSL_PROTOCOL_TLSV1_3, SSL.SSL_MODE_SERVER);
      try {
        return SSLContext.setCurvesList(context, name);
      } finally {
        SSLContext.free(context);
      }
    } catch (Exception e) { // the only type that is declared
      return false;
    }
  }
}
