package io.postern.tls;

import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * What all contexts are made with, those that replace others as well.
 *
 * @param keyLog told the secrets of their connections; null where nobody is
 */
record TlsLibrary(SslProvider provider, @Nullable KeyLog keyLog) {

  /** The library that is preferred. */
  static TlsLibrary preferred(@Nullable KeyLog keyLog) {
    return new TlsLibrary(ServerContexts.provider(), keyLog);
  }

  /** A new context; it must be released. */
  SslContext build(SslContextBuilder builder) throws SSLException {
    SslContext context = builder.sslProvider(provider).build();
    if (keyLog != null && !keyLog.follow(context)) {
      ReferenceCountUtil.release(context);
      throw new SSLException("it tells no secrets, and there is a key log");
    }
    return context;
  }
}
