package io.postern.tls;

import io.netty.handler.ssl.SslProvider;
import io.postern.config.Place;
import io.postern.config.Problem;
import io.postern.config.Secret;
import io.postern.config.TlsConfig;
import io.postern.config.TlsConfig.Version;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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
    return new TlsConfig.Certificate(place("tls.certificates[0]"), chain, key, null, null);
  }

  static TlsConfig.Certificate certificate(Path chain, Path key, String passphrase) {
    return new TlsConfig.Certificate(
        place("tls.certificates[0]"), chain, key, new Secret(passphrase), null);
  }

  static TlsConfig config(Version minVersion, TlsConfig.Certificate... certificates) {
    return config(minVersion, null, certificates);
  }

  /** With a directory of more. */
  static TlsConfig config(
      Version minVersion, @Nullable Path directory, TlsConfig.Certificate... certificates) {
    return config(minVersion, directory, null, certificates);
  }

  /** With a directory alone, and the passphrase of its files. */
  static TlsConfig withDirectory(Path directory, Secret passphrase) {
    return config(Version.TLSV1_2, directory, passphrase);
  }

  private static TlsConfig config(
      Version minVersion,
      @Nullable Path directory,
      @Nullable Secret passphrase,
      TlsConfig.Certificate... certificates) {
    return new TlsConfig(
        place("tls"),
        minVersion,
        List.of(),
        List.of(),
        List.of(certificates),
        directory,
        passphrase,
        false,
        null,
        false,
        TlsConfig.ClientAuth.NONE,
        null,
        null,
        false,
        new TlsConfig.SessionTickets(place("tls.sessionTickets"), null, Duration.ofHours(12)),
        List.of());
  }

  /** The same, and this one for clients that name no host. */
  static TlsConfig withDefault(TlsConfig config, Path chain) {
    return with(config, chain, null, config.hosts());
  }

  /** The same, with what is stricter for some hosts. */
  static TlsConfig withHosts(TlsConfig config, TlsConfig.Host... hosts) {
    return with(config, config.defaultCertificate(), config.trust(), List.of(hosts));
  }

  /** The same, and clients may show certificates of these authorities. */
  static TlsConfig withTrust(TlsConfig config, Path trust) {
    return with(config, config.defaultCertificate(), trust, config.hosts());
  }

  /** The same, and OCSP responses are fetched. */
  static TlsConfig withFetch(TlsConfig config, boolean fetch) {
    return with(config, fetch, config.defaultCertificate(), config.trust(), config.hosts());
  }

  private static TlsConfig with(
      TlsConfig config,
      @Nullable Path byDefault,
      @Nullable Path trust,
      List<TlsConfig.Host> hosts) {
    return with(config, config.ocspFetch(), byDefault, trust, hosts);
  }

  private static TlsConfig with(
      TlsConfig config,
      boolean fetch,
      @Nullable Path byDefault,
      @Nullable Path trust,
      List<TlsConfig.Host> hosts) {
    return new TlsConfig(
        config.place(),
        config.minVersion(),
        config.ciphers(),
        config.groups(),
        config.certificates(),
        config.certificateDirectory(),
        config.certificateDirectoryPassphrase(),
        fetch,
        byDefault,
        config.strictSni(),
        trust == null ? TlsConfig.ClientAuth.NONE : TlsConfig.ClientAuth.OPTIONAL,
        trust,
        config.crl(),
        config.forwardClientCertificate(),
        config.sessionTickets(),
        hosts);
  }

  static ListenerTls ready(TlsConfig config) {
    return ready(config, ServerContexts.provider());
  }

  static ListenerTls ready(TlsConfig config, SslProvider provider) {
    List<Problem> problems = new ArrayList<>();
    ListenerTls tls =
        ListenerTls.compile(
            config, now(), new TlsLibrary(provider, null), null, problems, new ArrayList<>());
    if (tls == null) {
      throw new AssertionError(problems.toString());
    }
    return tls;
  }

  /** The problems of a config, as they are printed. */
  static List<String> problems(TlsConfig config) {
    List<Problem> problems = new ArrayList<>();
    ListenerTls tls =
        ListenerTls.compile(
            config, now(), TlsLibrary.preferred(null), null, problems, new ArrayList<>());
    if (tls != null) {
      tls.close();
    }
    return problems.stream().map(Object::toString).toList();
  }
}
