package io.postern.tls;

import io.postern.config.HostPattern;
import io.postern.config.Problem;
import io.postern.config.TlsConfig;
import io.postern.event.EventKind;
import io.postern.event.Events;
import java.security.GeneralSecurityException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS of one listener while it runs: its certificates as of now, and the keys of its tickets. Event
 * loops read {@link #store}; one thread at a time may {@link #refresh} and close it.
 */
public final class ListenerTls implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(ListenerTls.class);

  /** After so many looks what was refused is read once more, though the files are the same. */
  private static final int RETRY_LOOKS = 12;

  private final TlsConfig config;
  private final TlsLibrary library;
  private final HostPolicies policies;
  private final CertificatePairs pairs;
  private final TicketKeys tickets;
  private final LongAdder swaps = new LongAdder();
  private final LongAdder refusals = new LongAdder();
  private volatile CertificateStore store;
  private volatile @Nullable OcspFetcher fetcher;
  private long epoch;

  /** What stands in the log already of files that are held back. */
  private final Set<Problem> told = new HashSet<>();

  private int looks;

  /** Other authorities are trusted than clients are told of in handshakes. */
  private boolean authoritiesStale;

  private ListenerTls(
      TlsConfig config,
      TlsLibrary library,
      HostPolicies policies,
      CertificatePairs pairs,
      TicketKeys tickets,
      CertificateStore store,
      long epoch) {
    this.config = config;
    this.library = library;
    this.policies = policies;
    this.pairs = pairs;
    this.tickets = tickets;
    this.store = store;
    this.epoch = epoch;
  }

  /**
   * Reads all files that the config names and checks them: blocking, and slow for an event loop.
   *
   * @param now the time at which the certificates have to be valid
   * @param keyLog told the secrets of connections; null where nobody is
   * @param before what it is to follow, whose tickets are taken on, and whose certificates where
   *     they are the same are not read again; null where there is none
   * @param problems takes what is wrong
   * @param warnings takes what is served and should be seen to
   * @return null where something is wrong; else the caller has to close it
   */
  public static @Nullable ListenerTls compile(
      TlsConfig config,
      Instant now,
      @Nullable KeyLog keyLog,
      @Nullable ListenerTls before,
      List<Problem> problems,
      List<Problem> warnings) {
    return compile(config, now, TlsLibrary.preferred(keyLog), before, problems, warnings);
  }

  static @Nullable ListenerTls compile(
      TlsConfig config,
      Instant now,
      TlsLibrary library,
      @Nullable ListenerTls before,
      List<Problem> problems,
      List<Problem> warnings) {
    List<Problem> own = new ArrayList<>();
    HostPolicies policies = HostPolicies.of(config, now, own, warnings);
    CertificatePairs pairs = new CertificatePairs(config, before == null ? null : before.pairs);
    CertificatePairs.Look look = pairs.first(now);
    own.addAll(look.problems());
    warnings.addAll(look.warnings());
    boolean sameTickets =
        before != null && before.config.sessionTickets().equals(config.sessionTickets());
    TicketKeys tickets =
        before != null && sameTickets ? before.tickets : TicketKeys.of(config.sessionTickets());
    CertificateStore store =
        new StoreCompiler(config, policies, library, tickets.at(now), own)
            .compile(look.pairs(), null);
    problems.addAll(own);
    return store == null
        ? null
        : new ListenerTls(config, library, policies, pairs, tickets, store, tickets.epoch(now));
  }

  /**
   * Begins on threads of their own what the first store would wait for: BoringSSL is loaded, and
   * the JDK's TLS set up, which Netty asks what it knows.
   *
   * @return the thread that sets Netty up. Until it has ended no other may use a class of Netty,
   *     since two that initialise them may wait for each other
   */
  public static Thread prepare() {
    Thread.Builder threads = Thread.ofPlatform().daemon().name("tls-start-", 0);
    threads.start(ListenerTls::askJdk);
    return threads.start(ServerContexts::provider);
  }

  private static void askJdk() {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(null, new TrustManager[0], null);
      context.getSupportedSSLParameters();
    } catch (GeneralSecurityException _) {
      // A JDK without TLS: BoringSSL does it alone.
    }
  }

  /** The certificates of now. Any thread; an event loop must not keep it beyond its task. */
  public CertificateStore store() {
    return store;
  }

  /** Whether it is what would come of a config. Any thread. */
  public boolean isBy(TlsConfig other) {
    return config.equals(other);
  }

  /** Whether clients of any host are asked for a certificate. Any thread. */
  public boolean asksForCertificates() {
    return policies.askForCertificates();
  }

  /** How often certificates were taken over while it ran. Any thread. */
  public long swaps() {
    return swaps.sum();
  }

  /** How often changed certificates were refused, and the old ones went on. Any thread. */
  public long refusals() {
    return refusals.sum();
  }

  /** How often OCSP responses were asked for, by how that ended. Any thread. */
  public Map<String, Long> ocspFetches() {
    OcspFetcher asking = fetcher;
    return asking == null ? Map.of() : asking.results();
  }

  /** Begins to fetch OCSP responses, where the config says so; before the first refresh. */
  public void fetchResponses(InstantSource clock, RandomGenerator random) {
    if (config.ocspFetch()) {
      fetcher = new OcspFetcher(clock, random);
      fetcher.watch(pairs.known());
    }
  }

  /**
   * Takes over what has changed on disk, where it is in order, and changes the keys of the tickets
   * when it is time: blocking.
   *
   * @param needed hosts that must not be without a certificate afterwards that had one before
   * @return the certificates of before, where there are new ones: the caller has to close them when
   *     no event loop can select from them any more
   */
  public @Nullable CertificateStore refresh(Instant now, Collection<HostPattern> needed) {
    if (tickets.epoch(now) != epoch) {
      epoch = tickets.epoch(now);
      store.seal(tickets.at(now));
    }
    boolean again = ++looks % RETRY_LOOKS == 0;
    if (again) {
      pairs.retry();
    }
    CertificatePairs.Look look = pairs.next(now);
    List<Problem> problems = new ArrayList<>(look.problems());
    List<Problem> warnings = new ArrayList<>(look.warnings());
    authoritiesStale |= policies.refreshTrust(now, problems, warnings);
    warnings.stream().filter(told::add).forEach(each -> LOG.warn("{}", each));
    sayWhatHasLapsed(now);
    CertificateStore before = store;
    CertificateStore after =
        look.changed() || authoritiesStale
            ? compiled(look, authoritiesStale ? null : before, now, needed, problems)
            : null;
    tell(problems);
    forget(problems, warnings, again);
    OcspFetcher asking = fetcher;
    if (asking != null) {
      asking.watch(pairs.known());
    }
    if (after == null) {
      return null;
    }
    store = after;
    authoritiesStale = false;
    swaps.increment();
    sayWhatIsNew(before, after);
    return before;
  }

  /** Each once, however often it is come upon again. */
  private void tell(List<Problem> problems) {
    List<Problem> news = problems.stream().filter(told::add).toList();
    if (!news.isEmpty()) {
      refusals.increment();
      news.forEach(
          each ->
              Events.raise(
                  LOG,
                  EventKind.CERTIFICATE_REFUSED,
                  each.toString(),
                  "{}; what was served before is served on",
                  each));
    }
  }

  /** What is not so any more will be news; but most looks do not read what is held back. */
  private void forget(List<Problem> problems, List<Problem> warnings, boolean again) {
    boolean whole = !policies.holdTrustBack() && (again || !pairs.holdBack());
    if (whole && !pairs.areRefusedTogether()) {
      told.removeIf(each -> !problems.contains(each) && !warnings.contains(each));
    }
  }

  private void sayWhatHasLapsed(Instant now) {
    for (ServerCertificate each : store.certificates()) {
      if (each.staple().hasJustLapsed(now)) {
        LOG.warn(
            "{}: its OCSP response expired at {}, handshakes go without",
            each.file(),
            each.stapleExpires());
      }
    }
  }

  private @Nullable CertificateStore compiled(
      CertificatePairs.Look look,
      @Nullable CertificateStore reused,
      Instant now,
      Collection<HostPattern> needed,
      List<Problem> problems) {
    List<Problem> own = new ArrayList<>();
    CertificateStore after = null;
    try {
      after =
          new StoreCompiler(config, policies, library, tickets.at(now), own)
              .compile(look.pairs(), reused);
    } catch (RuntimeException | Error e) {
      pairs.refuse();
      throw e;
    }
    if (after != null) {
      for (HostPattern host : needed) {
        if (store.covers(host) && !after.covers(host)) {
          own.add(config.place().problem("certificates", "none covers " + host + " any more", ""));
        }
      }
      if (!own.isEmpty()) {
        after.close();
      }
    }
    problems.addAll(own);
    if (own.isEmpty()) {
      return after;
    }
    pairs.refuse();
    return null;
  }

  private static void sayWhatIsNew(CertificateStore before, CertificateStore after) {
    for (ServerCertificate each : after.certificates()) {
      if (before.of(each.loaded()) == null) {
        Events.raise(
            LOG,
            EventKind.CERTIFICATE_TAKEN,
            each.file().toString(),
            "{} is served from now on: serial {}, until {}",
            each.file(),
            each.loaded().chain().getFirst().getSerialNumber().toString(16),
            each.expires());
      }
    }
    for (ServerCertificate each : before.certificates()) {
      if (after.certificates().stream().noneMatch(other -> other.file().equals(each.file()))) {
        LOG.info("{} is served no more", each.file());
      }
    }
  }

  /** Gives up the certificates of now, and asks no responder any more. */
  @Override
  public void close() {
    if (fetcher != null) {
      fetcher.close();
    }
    store.close();
  }
}
