package io.postern.tls;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolNames;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslHandler;
import io.netty.util.NetUtil;
import io.netty.util.ReferenceCountUtil;
import io.postern.config.Alike;
import io.postern.config.PoolConfig;
import io.postern.config.PoolTlsConfig;
import io.postern.config.PoolTlsConfig.Verify;
import io.postern.config.Problem;
import io.postern.event.EventKind;
import io.postern.event.Events;
import io.postern.fault.Fault;
import io.postern.files.FileWatch;
import io.postern.tls.CertificateFiles.Loaded;
import io.postern.tls.UpstreamTlsCompiler.Files;
import java.lang.ref.Cleaner;
import java.net.InetSocketAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.atomic.LongAdder;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLParameters;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How we speak TLS to the servers of one pool while it runs: what its files said when they were
 * last in order. Event loops make handlers of it; one thread at a time may {@link #refresh} and
 * close it.
 *
 * <p>It holds native memory, which is given up when it is closed, once no event loop can connect by
 * it any more; or when nobody can reach it. Connections that were made by it go on.
 */
public final class UpstreamTls implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(UpstreamTls.class);
  private static final Cleaner CLEANER = Cleaner.create();

  private final PoolConfig pool;
  private final PoolTlsConfig config;
  private final TlsLibrary library;
  private final FileWatch watch;
  private final LongAdder swaps = new LongAdder();
  private final LongAdder refusals = new LongAdder();
  private final Held held;
  private final Cleaner.Cleanable release;
  private List<Problem> told = List.of();

  /** A context, and the files that it was made of. */
  private record Made(SslContext context, Files of) {}

  /** What is in use, apart from us: it is given up when nobody can reach us any more. */
  private static final class Held implements Runnable {

    private volatile Made now;

    Held(Made first) {
      now = first;
    }

    @Override
    public void run() {
      ReferenceCountUtil.release(now.context());
    }
  }

  /**
   * What servers that ask are shown.
   *
   * @param file the one that its chain was read from
   * @param expires when the first certificate of its chain does
   */
  public record Shown(String file, Instant expires) {}

  private UpstreamTls(PoolConfig pool, TlsLibrary library, FileWatch watch, Made made) {
    this.pool = pool;
    this.config = Objects.requireNonNull(pool.tls());
    this.library = library;
    this.watch = watch;
    this.held = new Held(made);
    this.release = CLEANER.register(this, held);
  }

  /**
   * Reads all files that the section names and checks them: blocking.
   *
   * @param pool with a section {@code tls}
   * @param now the time at which the certificates have to be valid
   * @param keyLog told the secrets of connections; null where nobody is
   * @param problems takes what is wrong
   * @param warnings takes what works and is likely not meant
   * @return null where something is wrong; else the caller has to close it
   */
  public static @Nullable UpstreamTls compile(
      PoolConfig pool,
      Instant now,
      @Nullable KeyLog keyLog,
      List<Problem> problems,
      List<Problem> warnings) {
    return compile(pool, now, TlsLibrary.preferred(keyLog), problems, warnings);
  }

  static @Nullable UpstreamTls compile(
      PoolConfig pool,
      Instant now,
      TlsLibrary library,
      List<Problem> problems,
      List<Problem> warnings) {
    FileWatch watch = new FileWatch(UpstreamTlsCompiler.files(Objects.requireNonNull(pool.tls())));
    UpstreamTlsCompiler compiler = new UpstreamTlsCompiler(pool, now, problems, warnings);
    Files files = compiler.read(null);
    SslContext context = files == null ? null : compiler.context(library, files);
    return files == null || context == null
        ? null
        : new UpstreamTls(pool, library, watch, new Made(context, files));
  }

  /** Whether another pool's section {@code tls} says the same as this one's. */
  public boolean isLike(UpstreamTls other) {
    return Alike.alike(config, other.config);
  }

  /**
   * TLS for a new connection to a server, for the front of its pipeline. It has no time limit.
   *
   * @param server whose host is asked for and verified where the config has no name for all
   * @param index the place of the server in its pool: a session is offered only to whom gave it
   */
  public SslHandler newHandler(ByteBufAllocator allocator, InetSocketAddress server, int index) {
    String name = config.serverName();
    if (name == null) {
      name = server.getHostString();
    }
    // Where the context finds sessions. The name may be that of all servers, and the port as well,
    // which nothing else looks at: of what is verified it is no part (RFC 9525 §6.2).
    int sessions = (index << 16) | server.getPort();
    SslHandler handler = held.now.context().newHandler(allocator, name, sessions);
    SSLParameters parameters = handler.engine().getSSLParameters();
    parameters.setServerNames(isAddress(name) ? List.of() : List.of(new SNIHostName(name)));
    parameters.setEndpointIdentificationAlgorithm(config.verify() == Verify.FULL ? "HTTPS" : "");
    handler.engine().setSSLParameters(parameters);
    handler.setHandshakeTimeoutMillis(0); // one deadline from the look-up of the name on
    return handler;
  }

  private static boolean isAddress(String name) {
    return NetUtil.isValidIpV4Address(name) || NetUtil.isValidIpV6Address(name);
  }

  /**
   * Takes over what has changed on disk, where it is in order: blocking. New connections then go by
   * it, and no session of before is resumed: whoever is trusted was verified anew.
   *
   * @return null where nothing is new; else gives up what was in use before, and is to be run when
   *     no event loop can connect by it any more
   */
  public @Nullable Runnable refresh(Instant instant) {
    if (!watch.isNews()) {
      return null;
    }
    List<Problem> problems = new ArrayList<>();
    List<Problem> warnings = new ArrayList<>();
    Made before = held.now;
    Made after;
    try {
      after = made(before, new UpstreamTlsCompiler(pool, instant, problems, warnings));
    } catch (RuntimeException | Error e) {
      watch.refuse();
      throw e;
    }
    if (after == null) {
      watch.refuse();
      sayWhatIsWrong(problems);
      return null;
    }
    watch.accept();
    told = List.of();
    warnings.forEach(each -> LOG.warn("{}", each));
    if (after.context().equals(before.context())) {
      return null;
    }
    held.now = after;
    swaps.increment();
    sayWhatIsNew(before.of(), after.of());
    return () -> ReferenceCountUtil.release(before.context());
  }

  private @Nullable Made made(Made before, UpstreamTlsCompiler compiler) {
    Files files = compiler.read(before.of().shown());
    if (files == null || files.sayWhat(before.of())) {
      return files == null ? null : before;
    }
    SslContext context = compiler.context(library, files);
    return context == null ? null : new Made(context, files);
  }

  private void sayWhatIsWrong(List<Problem> problems) {
    if (!problems.equals(told)) {
      refusals.increment();
      problems.forEach(
          each ->
              Events.raise(
                  LOG,
                  EventKind.CERTIFICATE_REFUSED,
                  pool.name(),
                  "{}; what was in use before stays in use",
                  each));
      told = List.copyOf(problems);
    }
  }

  private void sayWhatIsNew(Files before, Files after) {
    List<?> authorities = after.authorities();
    if (authorities != null && !authorities.equals(before.authorities())) {
      LOG.info(
          "pool {}: from now on its servers are verified by {}, {} authorities",
          pool.name(),
          config.trust(),
          authorities.size());
    }
    Loaded shown = after.shown();
    if (shown != null && !before.showsWhat(shown)) {
      Events.raise(
          LOG,
          EventKind.CERTIFICATE_TAKEN,
          pool.name(),
          "pool {}: {} is shown to its servers from now on: serial {}, until {}",
          pool.name(),
          shown.config().chain(),
          shown.chain().getFirst().getSerialNumber().toString(16),
          shown.expires());
    }
  }

  /** How often changed files were taken over while it ran. Any thread. */
  public long swaps() {
    return swaps.sum();
  }

  /** How often changed files were refused, and what was in use went on. Any thread. */
  public long refusals() {
    return refusals.sum();
  }

  /** What servers that ask are shown now; null where there is nothing to show. Any thread. */
  public @Nullable Shown shown() {
    Loaded shown = held.now.of().shown();
    return shown == null ? null : new Shown(shown.config().chain().toString(), shown.expires());
  }

  /** Whether the two sides of a handshake that is complete have agreed on HTTP/2. */
  public static boolean isHttp2(SslHandler handshaken) {
    return ApplicationProtocolNames.HTTP_2.equals(handshaken.applicationProtocol());
  }

  /** Whether a handshake that is complete resumed a session that the server gave before. */
  public static boolean isResumed(SslHandler handshaken) {
    return Presented.isResumed(handshaken);
  }

  /** Why a handshake failed: the certificate is not accepted, or anything else. */
  public static Fault fault(Throwable cause) {
    return HandshakeFaults.of(cause);
  }

  /** What an exception of TLS means, in words. */
  public static String describe(Throwable cause) {
    return HandshakeFaults.words(cause);
  }

  /** Gives up what it holds of the context. */
  @Override
  public void close() {
    release.clean();
  }
}
