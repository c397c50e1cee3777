package io.postern.observe;

import io.postern.config.Configs;
import java.io.IOException;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;

/** The line in the access log of a request that went well. */
@State(Scope.Thread)
public class JsonLineBenchmark {

  private final ExchangeRecord record = Records.served();
  private final LineBuffer buffer = new LineBuffer(64 * 1024);
  private final AccessLine line = AccessLine.of(Configs.accessLog("")).apply(buffer);

  @Benchmark
  public void append() throws IOException {
    buffer.truncate(0);
    line.append(record);
  }
}
