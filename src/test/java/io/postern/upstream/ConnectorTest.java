package io.postern.upstream;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.channel.EventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.resolver.AddressResolver;
import io.netty.resolver.AddressResolverGroup;
import io.netty.resolver.InetNameResolver;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Promise;
import io.postern.config.Configs;
import io.postern.config.PoolConfig;
import io.postern.config.PoolConfig.Protocol;
import io.postern.fault.Fault;
import io.postern.fault.Reason;
import io.postern.http.LoopContext;
import io.postern.http.SocketOptions;
import io.postern.http.UpstreamConnection;
import io.postern.http.WindowBudget;
import io.postern.pool.Pool;
import io.postern.pool.Server;
import io.postern.testkit.Await;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What becomes of a connect whose look-up goes wrong. */
class ConnectorTest {

  private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

  private final MultiThreadIoEventLoopGroup loops =
      new MultiThreadIoEventLoopGroup(1, NioIoHandler.newFactory());
  private final Server server = server();

  @AfterEach
  void stop() {
    loops.shutdownGracefully(0, 1, java.util.concurrent.TimeUnit.SECONDS).syncUninterruptibly();
  }

  private static Server server() {
    PoolConfig config = Configs.pool("app", "servers: [{address: \"app.internal:80\"}]");
    return Pool.of(config, Configs.process(), null).servers().getFirst();
  }

  /** Names that are looked up in this way. */
  private static AddressResolverGroup<InetSocketAddress> names(Consumer<Promise<?>> lookup) {
    return new AddressResolverGroup<>() {
      @Override
      protected AddressResolver<InetSocketAddress> newResolver(EventExecutor executor) {
        return new InetNameResolver(executor) {
          @Override
          protected void doResolve(String host, Promise<InetAddress> promise) {
            lookup.accept(promise);
          }

          @Override
          protected void doResolveAll(String host, Promise<List<InetAddress>> promise) {
            lookup.accept(promise);
          }
        }.asAddressResolver();
      }
    };
  }

  private Fault fault(int millis, AddressResolverGroup<InetSocketAddress> names) {
    EventLoop loop = loops.next();
    SocketOptions options = SocketOptions.with(Map.of());
    Connector connector =
        new Connector(
            LoopContext.of(0, loop, new WindowBudget(0)),
            NioSocketChannel::new,
            options,
            () -> NOON,
            names);
    Told told = new Told(new CompletableFuture<>());
    loop.execute(
        () ->
            connector.connect(
                Destination.ofCheck(server, null, Protocol.HTTP_1_1, null), millis, told, told));
    return Await.result("the end of the connect", told.failure);
  }

  private record Told(CompletableFuture<Fault> failure)
      implements Connector.Listener, UpstreamConnection.Owner {

    @Override
    public void onConnected(UpstreamConnection connection) {
      failure.completeExceptionally(new AssertionError("nothing is there"));
    }

    @Override
    public void onConnectFailed(Fault fault) {
      failure.complete(fault);
    }

    @Override
    public void onFree(UpstreamConnection connection) {}

    @Override
    public void onClosed(UpstreamConnection connection) {}
  }

  @Test
  void aLookupThatNeverEndsIsUnderTheDeadline() {
    Fault fault = fault(100, names(promise -> {}));
    assertThat(fault)
        .isEqualTo(
            new Fault(Reason.CONNECT_TIMEOUT, "not within 100 ms, with the look-up of the name"));
    assertThat(server.lastConnectFault()).isEqualTo(new Server.ConnectFault(fault, NOON));
  }

  @Test
  void aLookupThatFailsIsToldAtOnce() {
    Fault fault =
        fault(60_000, names(promise -> promise.setFailure(new IllegalStateException("broken"))));
    assertThat(fault).isEqualTo(new Fault(Reason.SERVER_REFUSED, "IllegalStateException: broken"));
  }

  @Test
  void aNameThatDoesNotExistIsToldAtOnce() {
    assertThat(fault(60_000, NameLookups.GROUP).reason()).isEqualTo(Reason.SERVER_REFUSED);
  }
}
