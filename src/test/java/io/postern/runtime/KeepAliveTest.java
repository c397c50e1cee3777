package io.postern.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.bootstrap.Bootstrap;
import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.postern.config.ProcessConfig.Transport;
import io.postern.http.SocketOptions;
import io.postern.http.WindowBudget;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

class KeepAliveTest {

  @ParameterizedTest
  @CsvSource({"350, 60, 60, 150", "60, 60, 20, 110", "6000, 600, 60, 690", "2, 1, 1, 32"})
  void probesInTimeAndOutlastsPatience(
      int idleTimeout, int patience, int firstProbe, int userTimeout) {
    KeepAlive keepAlive =
        KeepAlive.below(Duration.ofSeconds(idleTimeout), Duration.ofSeconds(patience));
    assertThat(keepAlive.idle()).isEqualTo(Duration.ofSeconds(firstProbe));
    assertThat(keepAlive.userTimeout()).isEqualTo(Duration.ofSeconds(userTimeout));
  }

  @Test
  void theTransportOfTheJdkHasNoUserTimeout() {
    KeepAlive keepAlive = KeepAlive.below(Duration.ofSeconds(350), Duration.ofSeconds(60));
    assertThat(keepAlive.options(Transport.EPOLL)).hasSize(5);
    assertThat(keepAlive.options(Transport.NIO)).hasSize(4);
  }

  /** The options are those of the kernel's sockets, not only of the bootstrap. */
  @ParameterizedTest
  @EnumSource(
      value = Transport.class,
      names = {"EPOLL", "IO_URING", "NIO"})
  void socketsOfBothSidesHaveThem(Transport transport) throws Exception {
    Map<ChannelOption<?>, Object> wanted =
        KeepAlive.below(Duration.ofSeconds(90), Duration.ofSeconds(7)).options(transport);
    EventLoops loops = EventLoops.start(transport, 1, new WindowBudget(0));
    SocketOptions options = SocketOptions.with(wanted);
    CompletableFuture<Channel> accepted = new CompletableFuture<>();
    try {
      Channel server =
          new ServerBootstrap()
              .group(loops.group())
              .channelFactory(loops.serverChannels())
              .childHandler(onActive(accepted, options))
              .bind("127.0.0.1", 0)
              .sync()
              .channel();
      Channel client =
          options
              .on(new Bootstrap())
              .group(loops.group())
              .channelFactory(loops.channels())
              .handler(onActive(new CompletableFuture<>()))
              .connect((InetSocketAddress) server.localAddress())
              .sync()
              .channel();
      assertHas(client, wanted);
      assertHas(accepted.get(10, TimeUnit.SECONDS), wanted);
    } finally {
      loops.group().shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
      loops.side().loop().shutdownGracefully(0, 1, TimeUnit.SECONDS).sync();
    }
  }

  private static void assertHas(Channel channel, Map<ChannelOption<?>, Object> wanted) {
    wanted.forEach(
        (option, value) ->
            assertThat((Object) channel.config().getOption(option))
                .as(option.name())
                .isEqualTo(value));
  }

  private static ChannelInitializer<Channel> onActive(CompletableFuture<Channel> made) {
    return onActive(made, new SocketOptions(Map.of()));
  }

  private static ChannelInitializer<Channel> onActive(
      CompletableFuture<Channel> made, SocketOptions options) {
    return new ChannelInitializer<>() {
      @Override
      protected void initChannel(Channel channel) {
        options.on(channel);
        made.complete(channel);
      }
    };
  }
}
