package io.postern.tls;

import io.netty.handler.ssl.SslProvider;
import io.postern.config.Place;
import io.postern.config.Secret;
import io.postern.config.TlsConfig;
import io.postern.config.TlsConfig.Version;
import io.postern.tls.CertificateStore.Compiled;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;

/** Configs as the loader makes them, and stores compiled from them. */
final class Stores {

  private static final Place.Position START = new Place.Position(7, 5);

  private Stores() {}

  /** The time of all tests: that of the clients, who look at dates too. */
  static Instant now() {
    return InstantSource.system().instant();
  }

  static Place place(String path) {
    return new Place(
        "postern.yaml",
        path,
        START,
        Map.of("chain", new Place.Position(8, 12), "key", new Place.Position(9, 12)));
  }

  /** {@code NAME.pem} and {@code NAME.key} of a directory. */
  static TlsConfig.Certificate certificate(Path dir, String name) {
    return certificate(dir.resolve(name + ".pem"), dir.resolve(name + ".key"));
  }

  static TlsConfig.Certificate certificate(Path chain, Path key) {
    return new TlsConfig.Certificate(place("tls.certificates[0]"), chain, key, null);
  }

  static TlsConfig.Certificate certificate(Path chain, Path key, String passphrase) {
    return new TlsConfig.Certificate(
        place("tls.certificates[0]"), chain, key, new Secret(passphrase));
  }

  static TlsConfig config(Version minVersion, TlsConfig.Certificate... certificates) {
    return new TlsConfig(place("tls"), minVersion, List.of(certificates), null);
  }

  static CertificateStore ready(TlsConfig config) {
    return ready(CertificateStore.compile(config, now()));
  }

  static CertificateStore ready(TlsConfig config, SslProvider provider) {
    return ready(CertificateStore.compile(config, now(), provider));
  }

  private static CertificateStore ready(Compiled compiled) {
    return switch (compiled) {
      case Compiled.Ready ready -> ready.store();
      case Compiled.Refused refused -> throw new AssertionError(refused.problems().toString());
    };
  }

  /** The problems of a config, as they are printed. */
  static List<String> problems(TlsConfig config) {
    return switch (CertificateStore.compile(config, now())) {
      case Compiled.Ready ready -> {
        ready.store().close();
        yield List.of();
      }
      case Compiled.Refused refused -> refused.problems().stream().map(Object::toString).toList();
    };
  }
}
