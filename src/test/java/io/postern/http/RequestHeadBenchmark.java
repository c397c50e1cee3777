package io.postern.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.postern.testkit.BrowserFields;
import io.postern.testkit.Field;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;

/** The head of a GET that has come at once, on a connection that had others before it. */
@State(Scope.Thread)
public class RequestHeadBenchmark {

  /** How many fields of a browser there are beside Host. */
  @Param({"3", "15"})
  private int fields;

  private final RequestHeadParser parser = new RequestHeadParser(32 * 1024, 100);
  private ByteBuf in = Unpooled.EMPTY_BUFFER;

  @Setup
  public void write() {
    StringBuilder head = new StringBuilder("GET /backups/list?page=2 HTTP/1.1\r\n");
    head.append("Host: api.example.com\r\n");
    for (Field field : BrowserFields.first(fields)) {
      head.append(field.name()).append(": ").append(field.value()).append("\r\n");
    }
    byte[] bytes = head.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII);
    in = Unpooled.directBuffer(bytes.length).writeBytes(bytes);
  }

  @Benchmark
  public @Nullable RequestHead parse() {
    return parser.parse(in.readerIndex(0));
  }
}
