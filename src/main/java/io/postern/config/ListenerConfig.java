package io.postern.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** A bound address that accepts clients. */
public record ListenerConfig(
    Place place,
    @Key String name,
    @Doc(
            "The address and port to listen on, port 0 being any free one; or `systemd:NAME`, a socket of systemd.")
        Bind bind,
    @Default("none") @Doc("Whether connections begin with a PROXY header, of version 1 or 2.")
        ProxyProtocol proxyProtocol,
    @Doc("TLS for this listener; left out, it speaks plain HTTP/1.1.") @Nullable TlsConfig tls,
    @Default("pass")
        @Doc(
            "What becomes of a field whose name has more than letters, digits and hyphens, such as"
                + " `_` and `.`: many servers take `x_user` for `x-user`.")
        UnusualFieldNames unusualFieldNames,
    @Default("{}") @Doc("What one listener, connection or request may take up.") Limits limits,
    @Default("{}") @Doc("How long a client may be silent.") Timeouts timeouts) {

  /** Whether connections begin with a PROXY header. */
  public enum ProxyProtocol {
    /** All do: whoever sends none, or may send none, is closed. */
    REQUIRED,
    /** Some do, while a load balancer is told to send them. */
    OPTIONAL,
    /** None does: what comes is the client's. */
    NONE
  }

  /** What becomes of fields with names that servers may take for others. */
  public enum UnusualFieldNames {
    /** They go on to the server. */
    PASS,
    /** They are left out. */
    DROP,
    /** The request is answered 400; of trailers they are left out. */
    REFUSE
  }

  /** What one listener, connection or request may take up. */
  public record Limits(
      Place place,
      @Default("100000")
          @Range(min = "1", max = "10000000")
          @Doc("Connections open at once; more are closed as they are accepted.")
          int connections,
      @Default("0")
          @Range(min = "0", max = "10000000")
          @Doc(
              "Connections open at once from one source, which is an address, or an IPv6 /64, and the VPC endpoint that it comes by; more are closed before the handshake. 0 is any number.")
          int connectionsPerSource,
      @Default("{}") @Doc("TLS handshakes; more are closed before anything is computed for them.")
          HandshakeLimits handshakes,
      @Default("{}")
          @Doc("TLS handshakes of one source, which is the same as for `connectionsPerSource`.")
          HandshakeLimits handshakesPerSource,
      @Default("32KiB")
          @Range(min = "1KiB", max = "1MiB")
          @Doc("Bytes of a request head; more are answered 431, or 414 within the first line.")
          Size requestHead,
      @Default("16KiB")
          @Range(min = "256B", max = "1MiB")
          @Doc("Bytes of a request target, path and query; a longer one is answered 414.")
          Size requestTarget,
      @Default("100")
          @Range(min = "1", max = "10000")
          @Doc("Fields of a request head; more are answered 431.")
          int requestFields,
      @Default("128")
          @Range(min = "1", max = "100000")
          @Doc("Streams that a client may have open on one h2 connection.")
          int concurrentStreams,
      @Default("64KiB")
          @Range(min = "1KiB", max = "16MiB")
          @Doc(
              "Bytes of requests that an HTTP/1.1 client sends ahead; beyond them nothing is read"
                  + " until the response before is written.")
          Size pipelined,
      @Default("0")
          @Range(min = "0", max = "1000000000")
          @Doc(
              "Requests on one connection; after the last it is sent away, and what is in flight"
                  + " is finished. 0 is any number.")
          int requestsPerConnection,
      @Range(min = "1KiB/s", max = "1000GiB/s")
          @Doc(
              "Bytes of content each way in a second, such as `500MiB/s`, which tenants share by their `weight` where they want more. Left out, any number.")
          @Nullable ByteRate bandwidth) {}

  /** How long a client may be silent. */
  public record Timeouts(
      Place place,
      @Default("5s")
          @Range(min = "1ms", max = "24h")
          @Doc(
              "From accept to the end of the PROXY header; where it is optional, or to what is none.")
          Duration proxyHeader,
      @Default("10s")
          @Range(min = "1ms", max = "24h")
          @Doc("From accept, or the end of the PROXY header, to the end of the TLS handshake.")
          Duration handshake,
      @Default("10s")
          @Range(min = "1ms", max = "24h")
          @Doc("From the first byte of a request head to its last; then 408.")
          Duration requestHead,
      @Range(min = "1ms", max = "24h")
          @Doc(
              "A connection with no request in flight; then it is closed. Left out, nine tenths of"
                  + " `loadBalancer.idleTimeout`, and at most 300s.")
          @Nullable Duration idle,
      @Range(min = "1ms", max = "8760h")
          @Doc(
              "How old a connection gets, 10 % more or less by chance; then it is sent away, and"
                  + " what is in flight is finished. Left out, as old as it likes.")
          @Nullable Duration connectionAge) {}
}
