package io.postern.config;

import static org.assertj.core.api.Assertions.fail;

import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

/** Parts of a config for tests of what is made of them, by the way that files take. */
public final class Configs {

  private Configs() {}

  /** A whole config. */
  public static Config of(String yaml) {
    return switch (ConfigLoader.parse("test.yaml", yaml, Path.of(""), Map.of())) {
      case Loaded.Valid valid -> valid.config();
      case Loaded.Invalid invalid -> fail("%s", invalid.problems());
    };
  }

  /**
   * A pool of this name.
   *
   * @param keys the inside of its flow map, such as {@code servers: [{address: "a:1"}]}
   */
  public static PoolConfig pool(String name, String keys) {
    Config config =
        of(
            """
            listeners: {edge: {bind: "127.0.0.1:0"}}
            routes: [{name: all, pool: %s}]
            pools: {%s: {%s}}
            """
                .formatted(name, name, keys));
    return Objects.requireNonNull(config.pools().get(name));
  }

  /** A process of which nothing is said. */
  public static ProcessConfig process() {
    return of("{listeners: {edge: {bind: '127.0.0.1:0'}}, routes: []}").process();
  }

  /**
   * An access log.
   *
   * @param keys the inside of its flow map, such as {@code format: haproxy}
   */
  public static AccessLogConfig accessLog(String keys) {
    String rest = "listeners: {edge: {bind: '127.0.0.1:0'}}, routes: []";
    return of("{accessLog: {" + keys + "}, " + rest + "}").accessLog();
  }

  /** The access log of which only the file is said. */
  public static AccessLogConfig accessLogTo(Path file) {
    return accessLog("to: file, file: \"" + file + "\"");
  }
}
