package io.postern.interop;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

/** The built program, with one TLS listener and one pool. */
final class Postern {

  private static final Pattern READY =
      Pattern.compile("postern ready.*edge 127\\.0\\.0\\.1:(\\d+)");

  private Postern() {}

  /**
   * Starts it and waits until it serves on 127.0.0.1.
   *
   * @param folder for its config and access log
   * @param pool the keys of its pool, YAML in flow style
   */
  static Program start(Path folder, Identity identity, String pool) throws IOException {
    Path config =
        Files.writeString(
            folder.resolve("postern.yaml"),
            """
            listeners:
              edge:
                bind: 127.0.0.1:0
                tls: {certificates: [{chain: %s, key: %s}]}
            routes:
              - {name: all, pool: app}
            pools:
              app: %s
            accessLog: {to: file, file: %s}
            """
                .formatted(identity.chain(), identity.key(), pool, folder.resolve("access.log")));
    return Program.start(
        READY, List.of(System.getProperty("postern"), "run", "-c", config.toString()));
  }
}
