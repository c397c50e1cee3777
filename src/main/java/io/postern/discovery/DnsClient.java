package io.postern.discovery;

import io.netty.channel.AddressedEnvelope;
import io.netty.channel.ChannelFactory;
import io.netty.channel.EventLoop;
import io.netty.channel.socket.DatagramChannel;
import io.netty.channel.socket.SocketChannel;
import io.netty.handler.codec.dns.DefaultDnsQuestion;
import io.netty.handler.codec.dns.DnsRecordType;
import io.netty.handler.codec.dns.DnsResponse;
import io.netty.handler.codec.dns.DnsResponseCode;
import io.netty.resolver.dns.DnsNameResolver;
import io.netty.resolver.dns.DnsNameResolverBuilder;
import io.netty.resolver.dns.SequentialDnsServerAddressStreamProvider;
import io.netty.util.NetUtil;
import io.netty.util.concurrent.Future;
import io.postern.config.DiscoveryConfig;
import io.postern.config.HostPort;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;

/**
 * Asks DNS servers, by UDP, and by TCP where an answer does not fit. Keeps nothing that it was
 * told.
 *
 * <p>Owned by one event loop.
 */
final class DnsClient {

  /**
   * What questions go by.
   *
   * @param datagrams makes channels of UDP of the transport that the loop drives
   * @param streams the same of TCP
   */
  record Channels(
      ChannelFactory<? extends DatagramChannel> datagrams,
      ChannelFactory<? extends SocketChannel> streams) {}

  private final DnsNameResolver resolver;
  private final int attempts;

  DnsClient(EventLoop loop, Channels channels, DiscoveryConfig config) {
    DnsNameResolverBuilder builder =
        new DnsNameResolverBuilder(loop)
            .datagramChannelFactory(channels.datagrams)
            .socketChannelFactory(channels.streams)
            .queryTimeoutMillis(config.timeout().toMillis());
    if (!config.resolvers().isEmpty()) {
      builder.nameServerProvider(
          new SequentialDnsServerAddressStreamProvider(
              config.resolvers().stream().map(DnsClient::address).toList()));
    }
    resolver = builder.build();
    attempts = Math.max(2, config.resolvers().size());
  }

  private static InetSocketAddress address(HostPort at) {
    InetAddress literal = NetUtil.createInetAddressFromIpAddressString(at.host());
    return new InetSocketAddress(Objects.requireNonNull(literal), at.port());
  }

  /**
   * Asks for the addresses of a host.
   *
   * @return fails where there was no answer; one without addresses is an answer too
   */
  CompletableFuture<Answer<InetAddress>> addresses(String host, DnsRecordType type) {
    String name = host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
    return ask(host, type, response -> Answer.addresses(response, type, name));
  }

  /** Asks for the targets of a service, as {@link #addresses} does. */
  CompletableFuture<Answer<Answer.Target>> targets(String service) {
    return ask(service, DnsRecordType.SRV, Answer::targets);
  }

  private <T> CompletableFuture<T> ask(
      String name, DnsRecordType type, Function<DnsResponse, T> reader) {
    CompletableFuture<T> answer = new CompletableFuture<>();
    ask(new DefaultDnsQuestion(name, type), attempts, reader, answer);
    return answer;
  }

  private <T> void ask(
      DefaultDnsQuestion question,
      int left,
      Function<DnsResponse, T> reader,
      CompletableFuture<T> answer) {
    resolver
        .query(question)
        .addListener(
            (Future<AddressedEnvelope<DnsResponse, InetSocketAddress>> asked) -> {
              try {
                if (!asked.isSuccess()) {
                  throw new IllegalStateException(words(question) + ": no answer in time");
                }
                answer.complete(read(question, asked.getNow(), reader));
              } catch (RuntimeException e) {
                if (left > 1) {
                  ask(question, left - 1, reader, answer);
                } else {
                  answer.completeExceptionally(e);
                }
              }
            });
  }

  private static <T> T read(
      DefaultDnsQuestion question,
      AddressedEnvelope<DnsResponse, InetSocketAddress> envelope,
      Function<DnsResponse, T> reader) {
    try {
      DnsResponse response = envelope.content();
      DnsResponseCode code = response.code();
      if (!code.equals(DnsResponseCode.NOERROR) && !code.equals(DnsResponseCode.NXDOMAIN)) {
        throw new IllegalStateException(words(question) + ": " + code);
      }
      if (response.isTruncated()) {
        throw new IllegalStateException(words(question) + ": the answer is cut short");
      }
      return reader.apply(response);
    } finally {
      envelope.release();
    }
  }

  private static String words(DefaultDnsQuestion question) {
    return question.type().name() + " of " + question.name();
  }

  void close() {
    resolver.close();
  }
}
