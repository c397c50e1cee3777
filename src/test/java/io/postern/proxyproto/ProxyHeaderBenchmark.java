package io.postern.proxyproto;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.postern.testkit.ProxyV2;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The header that AWS sends for a client that came through a VPC endpoint, checksum and all. */
@State(Scope.Thread)
public class ProxyHeaderBenchmark {

  private final ByteBuf in =
      Unpooled.directBuffer(128)
          .writeBytes(
              ProxyV2.aws(
                  new InetSocketAddress("172.31.7.113", 51442),
                  new InetSocketAddress("172.31.10.31", 443),
                  ProxyV2.VPCE));

  @Benchmark
  public @Nullable ProxyHeader decode() throws MalformedHeader {
    return new ProxyHeaderDecoder().decode(in.readerIndex(0));
  }
}
