package io.postern.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManagerFactory;

/** The clients of {@link WarmCommand}: what a proxy is mostly asked, over HTTP/1.1 and TLS. */
final class WarmLoad {

  private static final int CLIENTS = 4;
  private static final byte[] CONTENT = new byte[64 * 1024];
  private static final List<String> PATHS =
      List.of("/", "/api/things?page=2&size=20", "/fixed", "/moved/page", "/upload");

  private final int port;
  private final SSLSocketFactory sockets;

  /**
   * Clients that are not connected yet.
   *
   * @param port of the proxy on this machine
   * @param authority who has issued its certificate
   */
  WarmLoad(int port, X509Certificate authority) throws GeneralSecurityException, IOException {
    this.port = port;
    KeyStore trusted = KeyStore.getInstance(KeyStore.getDefaultType());
    trusted.load(null, null);
    trusted.setCertificateEntry("authority", authority);
    TrustManagerFactory trust =
        TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
    trust.init(trusted);
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, trust.getTrustManagers(), null);
    sockets = context.getSocketFactory();
  }

  /** Asks for so long; answers how many requests were served. */
  long run(Duration time) throws InterruptedException {
    long end = System.nanoTime() + time.toNanos();
    try (ExecutorService clients = Executors.newFixedThreadPool(CLIENTS)) {
      List<Callable<Long>> asking = Collections.nCopies(CLIENTS, () -> ask(end));
      return clients.invokeAll(asking).stream().mapToLong(Future::resultNow).sum();
    }
  }

  private long ask(long end) {
    long served = 0;
    for (int i = 0; System.nanoTime() - end < 0; i++) {
      try {
        ask(PATHS.get(i % PATHS.size()));
        served++;
      } catch (IOException refused) {
        // Not counted; where none is served WarmCommand fails.
      }
    }
    return served;
  }

  private void ask(String path) throws IOException {
    HttpURLConnection request =
        (HttpURLConnection) URI.create("https://localhost:" + port + path).toURL().openConnection();
    if (request instanceof HttpsURLConnection secured) {
      secured.setSSLSocketFactory(sockets);
    }
    request.setInstanceFollowRedirects(false);
    if (path.equals("/upload")) {
      request.setDoOutput(true);
      try (OutputStream content = request.getOutputStream()) {
        content.write(CONTENT);
      }
    }
    try (InputStream answer = request.getInputStream()) {
      answer.transferTo(OutputStream.nullOutputStream());
    }
  }
}
