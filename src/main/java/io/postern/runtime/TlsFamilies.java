package io.postern.runtime;

import io.postern.observe.Metrics;
import io.postern.tls.KeyLog;
import java.util.List;
import java.util.function.Supplier;

/**
 * What is measured of TLS beside handshakes.
 *
 * @param compiled the config as it is now
 */
record TlsFamilies(Supplier<Compiled> compiled) {

  void describe(Metrics metrics) {
    KeyLog keyLog = compiled.get().keyLog();
    metrics.gauges(
        "postern_tls_key_log_active",
        "1 while the secrets of TLS connections are written to a file, else 0.",
        List.of(),
        points -> points.add(keyLog != null && keyLog.isActive() ? 1 : 0));
  }
}
