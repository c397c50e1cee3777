package io.postern.tls;

import io.netty.handler.ssl.OpenSsl;
import io.postern.config.Place;
import io.postern.config.Problem;
import io.postern.tls.ClientHello.Codes;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * The cipher suites that a host is served with: those of TLS 1.3, which the library chooses among
 * by itself, and of TLS 1.2 those that the config names.
 *
 * @param names as the JDK writes them, which is as IANA does
 * @param ecdsa the code points of those of TLS 1.2 that need a key of this type
 * @param rsa likewise
 */
record Suites(List<String> names, Codes ecdsa, Codes rsa) {

  private static final List<String> OF_TLS_1_3 =
      List.of("TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256");

  /** Those of TLS 1.2 with forward secrecy; all others are of the past (RFC 9325 §4.1). */
  private static final Map<String, Integer> OF_TLS_1_2 = new LinkedHashMap<>();

  static {
    OF_TLS_1_2.put("TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", 0xC02B);
    OF_TLS_1_2.put("TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", 0xC02F);
    OF_TLS_1_2.put("TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", 0xC02C);
    OF_TLS_1_2.put("TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", 0xC030);
    OF_TLS_1_2.put("TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", 0xCCA9);
    OF_TLS_1_2.put("TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256", 0xCCA8);
    OF_TLS_1_2.put("TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA", 0xC009);
    OF_TLS_1_2.put("TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA", 0xC013);
    OF_TLS_1_2.put("TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", 0xC00A);
    OF_TLS_1_2.put("TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA", 0xC014);
  }

  /** Authenticated encryption with forward secrecy, and nothing else. */
  static final Suites DEFAULT =
      of(OF_TLS_1_2.keySet().stream().filter(name -> !name.contains("_CBC_")).toList());

  /**
   * Those that a config names.
   *
   * @param named perhaps none, which leaves {@code otherwise}
   * @param problems takes what the library does not know
   */
  static Suites of(Place place, List<String> named, Suites otherwise, List<Problem> problems) {
    List<String> taken =
        OF_TLS_1_2.keySet().stream()
            .filter(
                name ->
                    !OpenSsl.isAvailable() || OpenSsl.availableJavaCipherSuites().contains(name))
            .toList();
    for (int i = 0; i < named.size(); i++) {
      String name = named.get(i);
      if (!taken.contains(name)) {
        problems.add(
            place.problem(
                "ciphers[" + i + "]",
                OF_TLS_1_3.contains(name)
                    ? name + " is of TLS 1.3, whose suites cannot be chosen: all three are served"
                    : name + " is no suite of TLS 1.2 that is served",
                "one of " + String.join(", ", taken)));
      }
    }
    return named.isEmpty() ? otherwise : of(named);
  }

  private static Suites of(List<String> ofTls12) {
    return new Suites(
        Stream.concat(OF_TLS_1_3.stream(), ofTls12.stream()).toList(),
        codes(ofTls12, "_ECDSA_"),
        codes(ofTls12, "_RSA_"));
  }

  private static Codes codes(List<String> names, String ofKey) {
    List<Integer> codes = new ArrayList<>();
    for (String name : names) {
      Integer code = OF_TLS_1_2.get(name);
      if (code != null && name.contains(ofKey)) {
        codes.add(code);
      }
    }
    char[] units = new char[codes.size()];
    for (int i = 0; i < units.length; i++) {
      units[i] = (char) codes.get(i).intValue();
    }
    return new Codes(units);
  }

  /** Those of TLS 1.2 that a certificate with such a key can be used with. */
  Codes with(KeyType key) {
    return key == KeyType.ECDSA ? ecdsa : rsa;
  }
}
