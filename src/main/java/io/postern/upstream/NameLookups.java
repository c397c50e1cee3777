package io.postern.upstream;

import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.InetNameResolver;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Promise;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.Callable;

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
    ask(promise, () -> InetAddress.getByName(host));
  }

  @Override
  protected void doResolveAll(String host, Promise<List<InetAddress>> promise) {
    ask(promise, () -> List.of(InetAddress.getAllByName(host)));
  }

  /** Whatever is thrown fails the promise: nobody else would tell those who wait for it. */
  private static <T> void ask(Promise<T> promise, Callable<T> question) {
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                promise.trySuccess(question.call());
              } catch (Throwable e) {
                promise.tryFailure(e);
              }
            });
  }
}
