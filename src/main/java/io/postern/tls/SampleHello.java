package io.postern.tls;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.ByteBuffer;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;

/** The ClientHello of a client that there could be, for whoever asks what would come of it. */
public final class SampleHello {

  /** Type and length of the handshake message, below the header of its record. */
  private static final int HEADERS = 5 + 4;

  private SampleHello() {}

  /**
   * What a client of this JDK says: TLS 1.3 and 1.2, RSA and ECDSA.
   *
   * @param serverName the host that it asks for; null where it names none
   */
  public static ClientHello of(@Nullable String serverName) {
    try {
      SSLEngine engine = SSLContext.getDefault().createSSLEngine();
      SSLParameters parameters = engine.getSSLParameters();
      if (serverName != null) {
        parameters.setServerNames(List.of(new SNIHostName(serverName)));
      }
      engine.setSSLParameters(parameters);
      engine.setUseClientMode(true);
      ByteBuffer hello = ByteBuffer.allocate(engine.getSession().getPacketBufferSize());
      engine.wrap(ByteBuffer.allocate(0), hello);
      ByteBuf bytes = Unpooled.wrappedBuffer(hello.flip());
      return ClientHello.parse(bytes.skipBytes(HEADERS));
    } catch (NoSuchAlgorithmException | SSLException | ClientHello.Malformed e) {
      throw new IllegalStateException("every JDK speaks TLS", e);
    }
  }
}
