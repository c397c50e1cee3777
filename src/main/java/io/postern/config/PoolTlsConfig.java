package io.postern.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** TLS from us to the servers of a pool. */
public record PoolTlsConfig(
    Place place,
    @Doc(
            "The host that is asked for (SNI) and that the certificate must be for; left out, the host of the server's address. An IP address is looked for among the certificate's addresses, and no SNI is sent.")
        @Nullable String serverName,
    @Doc(
            "PEM file: the authorities that are trusted, read again when it changes; left out, those that the JDK ships with.")
        @Nullable Path trust,
    @Default("full")
        @Doc(
            "How the certificate of a server is looked at: whole chain, dates and name, or not at all.")
        Verify verify,
    @Default("TLSv1.2") @Doc("The oldest version that is spoken.") TlsConfig.Version minVersion,
    @Doc("The certificate for servers that ask us for one, read again when it changes.")
        TlsConfig.@Nullable Certificate certificate) {

  /** How the certificate of a server is looked at. */
  public enum Verify {
    FULL,
    NONE
  }
}
