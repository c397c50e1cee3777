package io.postern.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The head of a response as nginx sends it, on a connection that had others before it. */
@State(Scope.Thread)
public class ResponseHeadBenchmark {

  private static final String HEAD =
      """
      HTTP/1.1 200 OK
      Server: nginx/1.22.1
      Date: Thu, 26 Nov 2026 12:00:00 GMT
      Content-Type: application/json
      Content-Length: 24
      Last-Modified: Thu, 26 Nov 2026 11:00:00 GMT
      Connection: keep-alive
      ETag: "6926d8f0-18"
      Accept-Ranges: bytes

      """;

  private final ResponseHeadParser parser = new ResponseHeadParser(32 * 1024, 100);
  private final ByteBuf in =
      Unpooled.directBuffer(512)
          .writeBytes(HEAD.replace("\n", "\r\n").getBytes(StandardCharsets.US_ASCII));

  @Benchmark
  public @Nullable ResponseHead parse() {
    return parser.parse(in.readerIndex(0), false, null);
  }
}
