package io.postern.upstream;

import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.InetNameResolver;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.List;

/**
 * Looks up the names of servers by the system's resolver, away from the event loop that waits: the
 * system's call blocks. The JDK keeps an answer for as long as the JVM flags say.
 */
final class NameLookups extends InetNameResolver {

  /** One resolver for each event loop; addresses that need no look-up pass through. */
  static final AddressResolverGroup<InetSocketAddress> GROUP =
      new AddressResolverGroup<>() {
        @Override
        protected AddressResolver<InetSocketAddress> newResolver(EventExecutor executor) {
          return new NameLookups(executor).asAddressResolver();
        }
      };

  private NameLookups(EventExecutor executor) {
    super(executor);
  }

  @Override
  protected void doResolve(String host, Promise<InetAddress> promise) {
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                promise.setSuccess(InetAddress.getByName(host));
              } catch (UnknownHostException e) {
                promise.setFailure(e);
              }
            });
  }

  @Override
  protected void doResolveAll(String host, Promise<List<InetAddress>> promise) {
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                promise.setSuccess(List.of(InetAddress.getAllByName(host)));
              } catch (UnknownHostException e) {
                promise.setFailure(e);
              }
            });
  }
}
