package io.postern.proxyproto;

import io.netty.util.AsciiString;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * What a PROXY header says.
 *
 * @param addresses null where it names none that are of use: then those of the socket count
 * @param vpce the id of the AWS VPC endpoint; null where it names none
 */
public record ProxyHeader(Form form, @Nullable Addresses addresses, @Nullable AsciiString vpce) {

  /** A header that names nobody. */
  static ProxyHeader anonymous(Form form) {
    return new ProxyHeader(form, null, null);
  }

  /** How it was written. */
  public enum Form {
    V1,
    V2,
    /** Of version 2, by the load balancer on its own behalf: a health check. */
    LOCAL
  }

  /**
   * Both ends of the client's connection to the load balancer.
   *
   * @param client the address of the client
   * @param local the address that it connected to
   */
  public record Addresses(InetSocketAddress client, InetSocketAddress local) {}
}
