package io.postern.http;

import io.netty.channel.EventLoop;
import io.netty.util.AsciiString;
import io.netty.util.concurrent.Future;
import java.net.InetSocketAddress;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Predicate;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What is known of a client's connection for as long as it lives.
 *
 * @param loop the event loop that owns the connection and every exchange on it
 * @param listener the name of the listener
 * @param client the address of the client: of the socket, or as a PROXY header tells it
 * @param local the address that the client connected to, told by the same
 * @param clientIp the client's address as text, for fields and log
 * @param vpce the AWS VPC endpoint that it came through, such as {@code vpce-08d2bf15fac5001c9};
 *     null where no PROXY header names one
 * @param user who has come by a unix socket, as the kernel tells, such as {@code uid 1000 (pid
 *     4711)}; null where it is none. The addresses are then those of this machine
 * @param tls what the handshake agreed on; null on a plain listener
 * @param closed done when the connection is closed
 * @param memo what is kept of it between exchanges
 * @param number tells it from all others of the process
 */
public record DownstreamConnection(
    EventLoop loop,
    String listener,
    InetSocketAddress client,
    InetSocketAddress local,
    AsciiString clientIp,
    @Nullable AsciiString vpce,
    @Nullable String user,
    @Nullable TlsSession tls,
    Future<?> closed,
    Memo memo,
    long number) {

  private static final AtomicLong NUMBERS = new AtomicLong();

  /** One of which nothing is kept yet, with a number of its own. */
  public DownstreamConnection(
      EventLoop loop,
      String listener,
      InetSocketAddress client,
      InetSocketAddress local,
      AsciiString clientIp,
      @Nullable AsciiString vpce,
      @Nullable String user,
      @Nullable TlsSession tls,
      Future<?> closed) {
    this(
        loop,
        listener,
        client,
        local,
        clientIp,
        vpce,
        user,
        tls,
        closed,
        new Memo(),
        NUMBERS.incrementAndGet());
  }

  /** {@code https} or {@code http}. */
  public String scheme() {
    return tls == null ? "http" : "https";
  }

  /** Its number as people read it, such as {@code c1042}. */
  public String id() {
    return "c" + number;
  }

  /** Who it is, for the log: address and port, its id, and the VPC endpoint where there is one. */
  public String whence() {
    String who = user == null ? clientIp + " port " + client.getPort() : user;
    String which = who + " (" + id() + ")";
    return vpce == null ? which : which + " by " + vpce;
  }

  /**
   * What a TLS handshake agreed on.
   *
   * @param serverName the SNI that the client sent, lower case; null where it sent none
   * @param version such as {@code TLSv1.3}
   * @param cipher the cipher suite's name
   * @param group that of the key exchange, such as {@code X25519MLKEM768}; null where the library
   *     does not tell
   * @param alpn the protocol that was agreed on, such as {@code h2}; null where none was
   * @param resumed whether it resumed a session: what the client has shown, it showed before
   * @param ja4 the fingerprint of the client's first message, such as {@code
   *     t13d1516h2_8daaf6152771_e5627efa2ab1}, for any thread to ask for; null where the message
   *     could not be read
   * @param clientCertificate what the client has shown; null where it showed none
   * @param tellsCertificate whether servers are told of it
   * @param serves whether a request for a host may be answered here: the certificate that was
   *     presented is good for it, and it asks for no more than what was agreed on
   */
  public record TlsSession(
      @Nullable String serverName,
      String version,
      String cipher,
      @Nullable String group,
      @Nullable String alpn,
      boolean resumed,
      @Nullable Supplier<AsciiString> ja4,
      @Nullable ClientCertificate clientCertificate,
      boolean tellsCertificate,
      Predicate<AsciiString> serves) {}
}
