package io.postern.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.NetUtil;
import io.netty.util.ReferenceCountUtil;
import io.postern.config.PoolConfig;
import io.postern.config.PoolTlsConfig.Verify;
import io.postern.config.Problem;
import io.postern.fault.Fault;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/**
 * How we speak TLS to the servers of one pool. Immutable, and shared by all event loops.
 *
 * <p>It holds native memory and must be closed, once no event loop can connect by it any more.
 * Connections that were made by it go on.
 */
public final class UpstreamTls implements AutoCloseable {

  private final SslContext context;
  private final @Nullable String serverName;
  private final boolean verify;

  UpstreamTls(SslContext context, @Nullable String serverName, Verify verify) {
    this.context = context;
    this.serverName = serverName;
    this.verify = verify == Verify.FULL;
  }

  /**
   * Reads all files that the section names and checks them: blocking.
   *
   * @param pool with a section {@code tls}
   * @param now the time at which the certificates have to be valid
   * @param problems takes what is wrong
   * @param warnings takes what works and is likely not meant
   * @return null where something is wrong; else the caller has to close it
   */
  public static @Nullable UpstreamTls compile(
      PoolConfig pool, Instant now, List<Problem> problems, List<Problem> warnings) {
    return new UpstreamTlsCompiler(pool, now, problems, warnings).compile();
  }

  /**
   * TLS for a new connection to a server, for the front of its pipeline. It has no time limit.
   *
   * @param server whose host is asked for and verified where the config has no name for all
   */
  public SslHandler newHandler(ByteBufAllocator allocator, InetSocketAddress server) {
    String name = serverName == null ? server.getHostString() : serverName;
    // The name and the port are also where the context finds a session to resume.
    SslHandler handler = context.newHandler(allocator, name, server.getPort());
    SSLParameters parameters = handler.engine().getSSLParameters();
    parameters.setServerNames(isAddress(name) ? List.of() : List.of(new SNIHostName(name)));
    parameters.setEndpointIdentificationAlgorithm(verify ? "HTTPS" : "");
    handler.engine().setSSLParameters(parameters);
    handler.setHandshakeTimeoutMillis(0); // one deadline from the look-up of the name on
    return handler;
  }

  private static boolean isAddress(String name) {
    return NetUtil.isValidIpV4Address(name) || NetUtil.isValidIpV6Address(name);
  }

  /** Whether the two sides of a handshake that is complete have agreed on HTTP/2. */
  public static boolean isHttp2(SslHandler handshaken) {
    return ApplicationProtocolNames.HTTP_2.equals(handshaken.applicationProtocol());
  }

  /** Why a handshake failed: the certificate is not accepted, or anything else. */
  public static Fault fault(Throwable cause) {
    return HandshakeFaults.of(cause);
  }

  /** What an exception of TLS means, in words. */
  public static String describe(Throwable cause) {
    return HandshakeFaults.words(cause);
  }

  /** Gives up what it holds of the context. */
  @Override
  public void close() {
    ReferenceCountUtil.release(context);
  }
}
