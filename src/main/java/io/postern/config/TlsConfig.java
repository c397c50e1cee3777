package io.postern.config;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** TLS of a listener. */
public record TlsConfig(
    Place place,
    @Default("TLSv1.2") @Doc("The oldest version that is spoken.") Version minVersion,
    @Default("[]")
        @Doc(
            "The cipher suites of TLS 1.2, the favourite first, by their IANA names; left out, all that have authenticated encryption and forward secrecy. Those of TLS 1.3 cannot be chosen.")
        List<String> ciphers,
    @Default("[]")
        @Doc(
            "The groups for the key exchange, the favourite first, such as `X25519MLKEM768`, `X25519` and `P-256`; left out, those, `P-384` and `P-521`.")
        List<String> groups,
    @Default("[]")
        @Doc("The certificates; the hosts of each come from its subject alternative names.")
        List<Certificate> certificates,
    @Doc(
            "A directory with more of them: every `NAME.pem` or `NAME.crt` whose key stands beside it as `NAME.key`, and every `NAME.p12` or `NAME.pfx`; a `NAME.ocsp` beside it is its OCSP response. What comes, changes or goes there is taken over while we run.")
        @Nullable Path certificateDirectory,
    @Doc(
            "The passphrase of those of its files that are encrypted, best as `${file:/run/secrets/...}`.")
        @Nullable Secret certificateDirectoryPassphrase,
    @Default("false")
        @Doc(
            "Whether OCSP responses are fetched from the responders that the certificates name, to be stapled in handshakes. The issuer's certificate has to be in the chain.")
        boolean ocspFetch,
    @Doc(
            "The chain file of the certificate for clients that name no host or an unknown one; left out, the first.")
        @Nullable Path defaultCertificate,
    @Default("false")
        @Doc(
            "Whether a client is refused whose host no certificate covers; one that names no host is then refused too, but where `defaultCertificate` is written.")
        boolean strictSni,
    @Default("none") @Doc("Whether clients are asked for a certificate.") ClientAuth clientAuth,
    @Doc("PEM file: the authorities whose clients are let in. Read again when it changes.")
        @Nullable Path trust,
    @Doc(
            "PEM file: the revocation lists (CRLs) of those authorities; left out, nobody is asked. Given, there must be one of every issuer that is not out of date. Read again when it changes.")
        @Nullable Path crl,
    @Default("false")
        @Doc(
            "Whether servers are told of the client's certificate, in `X-Postern-Certificate-Subject`, `-Names`, `-Serial` and `-Fingerprint`, and in `Client-Cert` (RFC 9440). What clients send of these never gets there.")
        boolean forwardClientCertificate,
    @Default("{}") @Doc("What clients come back with to be spared a whole handshake.")
        SessionTickets sessionTickets,
    @Default("[]") @Doc("What is stricter for some hosts than for the listener.")
        List<Host> hosts) {

  /** A version of TLS. */
  public enum Version {
    @Written("TLSv1.2")
    TLSV1_2,
    @Written("TLSv1.3")
    TLSV1_3
  }

  /** Whether clients are asked for a certificate; each is stricter than the one before. */
  public enum ClientAuth {
    /** No client is asked. */
    NONE,
    /** One that shows none is served, one whose certificate is not accepted is not. */
    OPTIONAL,
    /** Only clients with a certificate are served. */
    REQUIRED
  }

  /** A certificate with its key. */
  public record Certificate(
      Place place,
      @Doc(
              "PEM file: the certificate, then its issuers; or PKCS#12 file: certificates, in any order, and their key.")
          Path chain,
      @Doc(
              "PEM file: the private key, as PKCS#8, PKCS#1 or SEC1, plain or encrypted; left out, it is in the file of the chain.")
          @Nullable Path key,
      @Doc(
              "The passphrase of an encrypted key or PKCS#12 file, best as `${file:/run/secrets/...}`.")
          @Nullable Secret passphrase,
      @Doc(
              "DER file: an OCSP response about the certificate, as `openssl ocsp -respout` writes it, stapled in handshakes; for clients of a listener only. Read again when it changes.")
          @Nullable Path ocspResponse) {

    /** The file that the key is in, be it that of the chain. */
    public Path keyFile() {
      return key == null ? chain : key;
    }
  }

  /** What clients come back with to be spared a whole handshake. */
  public record SessionTickets(
      Place place,
      @Doc(
              "What the keys of the tickets are derived from, best as `${file:/run/secrets/...}`: instances that have the same resume each other's sessions. Left out, keys are random, and no other instance knows them.")
          @Nullable Secret secret,
      @Default("12h")
          @Range(min = "1m", max = "168h")
          @Doc(
              "How long a key seals new tickets; those that it has sealed are taken for two such times more.")
          Duration rotate) {}

  /** What is stricter for some hosts. */
  public record Host(
      Place place,
      @NonEmpty @Doc("Names, and wildcards for all below one.") List<HostPattern> names,
      @Doc("The oldest version that is spoken; left out, that of the listener.")
          @Nullable Version minVersion,
      @Default("[]") @Doc("The cipher suites of TLS 1.2; left out, those of the listener.")
          List<String> ciphers,
      @Default("[]") @Doc("The groups for the key exchange; left out, those of the listener.")
          List<String> groups,
      @Doc("Whether clients are asked for a certificate; left out, as by the listener.")
          @Nullable ClientAuth clientAuth,
      @Doc("PEM file: the authorities whose clients are let in; left out, those of the listener.")
          @Nullable Path trust,
      @Doc("PEM file: their revocation lists; left out, those of the listener.")
          @Nullable Path crl) {}
}
