package io.postern.tls;

import io.postern.tls.CertificateFiles.Loaded;
import io.postern.tls.UnusableResponse.Why;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks the responders of a listener's certificates for OCSP responses (RFC 6960 appendix A.1), and
 * again long before they expire. Its own thread decides what to ask when, and never waits: a
 * responder that hangs holds up nobody, not even the questions to others.
 *
 * <p>What it fetches it puts into the {@link Staple}; what fails leaves alone what is there.
 */
final class OcspFetcher implements AutoCloseable {

  private static final Logger LOG = LoggerFactory.getLogger(OcspFetcher.class);

  private static final Duration CONNECT = Duration.ofSeconds(5);

  /** From the question to the last byte of the answer. */
  private static final Duration WHOLE = Duration.ofSeconds(10);

  private static final Duration FIRST_RETRY = Duration.ofSeconds(1);
  private static final Duration SOONEST = Duration.ofMinutes(1);
  private static final Duration LATEST = Duration.ofHours(1);

  /** How a question ended. */
  private enum Result {
    GOOD,
    REVOKED,
    /** There was an answer, and it must not be stapled. */
    UNUSABLE,
    /** There was no answer, or not in time. */
    FAILED
  }

  private final InstantSource clock;
  private final RandomGenerator random;
  private final Map<Result, LongAdder> results = new EnumMap<>(Result.class);
  private final Map<Staple, Asked> all = new HashMap<>();
  private final ScheduledExecutorService thread =
      Executors.newSingleThreadScheduledExecutor(
          Thread.ofPlatform().daemon().name("ocsp-fetch").factory());
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).connectTimeout(CONNECT).build();

  OcspFetcher(InstantSource clock, RandomGenerator random) {
    this.clock = clock;
    this.random = random;
    for (Result each : Result.values()) {
      results.put(each, new LongAdder());
    }
  }

  /** What is known of asking for one certificate; the thread's own. */
  private static final class Asked {
    final String name;
    final Staple staple;
    final URI responder;
    int failures;
    @Nullable String told;
    @Nullable Future<?> next;
    @Nullable Future<?> answer;

    Asked(String name, Staple staple, URI responder) {
      this.name = name;
      this.staple = staple;
      this.responder = responder;
    }

    void stop() {
      if (next != null) {
        next.cancel(false);
      }
      if (answer != null) {
        answer.cancel(true);
      }
    }
  }

  /** How many questions ended in each way, by the label of the metric. Any thread. */
  Map<String, Long> results() {
    Map<String, Long> counts = new LinkedHashMap<>();
    results.forEach((each, count) -> counts.put(each.name().toLowerCase(Locale.ROOT), count.sum()));
    return counts;
  }

  /**
   * From now on asks for these certificates, as far as they name a responder, and for no others;
   * for those without a response at once. Any thread.
   */
  void watch(Collection<Loaded> certificates) {
    thread.execute(() -> watchNow(certificates));
  }

  private void watchNow(Collection<Loaded> certificates) {
    Map<Staple, Loaded> wanted =
        certificates.stream()
            .collect(Collectors.toMap(Loaded::staple, each -> each, (first, _) -> first));
    all.values()
        .removeIf(
            each -> {
              boolean gone = !wanted.containsKey(each.staple);
              if (gone) {
                each.stop();
              }
              return gone;
            });
    wanted.forEach(
        (staple, loaded) -> {
          URI responder = staple.responder();
          if (responder != null && !all.containsKey(staple)) {
            Asked asked = new Asked(loaded.config().chain().toString(), staple, responder);
            all.put(staple, asked);
            Instant until = staple.until();
            askIn(until == null ? Duration.ZERO : untilNext(until), asked);
          }
        });
  }

  private Duration untilNext(Instant until) {
    return refreshAfter(Duration.between(clock.instant(), until), random.nextDouble());
  }

  /**
   * When a response is asked for again: at about half of the time that it has left, after one
   * minute at least, and after one hour at most, so that what is revoked is known by then.
   *
   * @param chance from 0 to 1, which makes it up to a fifth less: not all at one moment
   */
  static Duration refreshAfter(Duration left, double chance) {
    if (left.compareTo(SOONEST) < 0) {
      return left.isNegative() ? Duration.ZERO : left;
    }
    Duration half = between(SOONEST, left.dividedBy(2), LATEST);
    return between(SOONEST, scaled(half, 1 - chance / 5), LATEST);
  }

  /** After so many failures in a row: twice as long each time, from a second to an hour or so. */
  static Duration retryAfter(int failures, double chance) {
    Duration whole = FIRST_RETRY.multipliedBy(1L << Math.min(failures - 1, 20));
    return scaled(between(FIRST_RETRY, whole, LATEST), 1 - chance / 5);
  }

  private static Duration scaled(Duration duration, double factor) {
    return Duration.ofMillis((long) (duration.toMillis() * factor));
  }

  private static Duration between(Duration least, Duration wanted, Duration most) {
    Duration enough = wanted.compareTo(least) < 0 ? least : wanted;
    return enough.compareTo(most) > 0 ? most : enough;
  }

  private void askIn(Duration delay, Asked asked) {
    asked.next = thread.schedule(() -> ask(asked), delay.toMillis(), TimeUnit.MILLISECONDS);
  }

  private void ask(Asked asked) {
    HttpRequest request =
        HttpRequest.newBuilder(asked.responder)
            .timeout(WHOLE)
            .header("Content-Type", "application/ocsp-request")
            .header("Accept", "application/ocsp-response")
            .POST(HttpRequest.BodyPublishers.ofByteArray(asked.staple.request()))
            .build();
    CompletableFuture<HttpResponse<byte[]>> answer =
        client.sendAsync(
            request, BodyHandlers.limiting(BodyHandlers.ofByteArray(), OcspResponse.MAX_BYTES));
    asked.answer = answer;
    // The timeout of the request is over with the head of the answer.
    Future<?> deadline =
        thread.schedule(() -> answer.cancel(true), WHOLE.toMillis(), TimeUnit.MILLISECONDS);
    var _ =
        answer.whenCompleteAsync(
            (response, failure) -> {
              deadline.cancel(false);
              ended(asked, response, failure);
            },
            thread);
  }

  private void ended(
      Asked asked, @Nullable HttpResponse<byte[]> response, @Nullable Throwable failure) {
    if (all.get(asked.staple) != asked) {
      return; // nobody wants to know any more
    }
    try {
      if (response == null) {
        failed(asked, Result.FAILED, "does not answer: " + words(failure));
      } else if (response.statusCode() != 200) {
        failed(asked, Result.UNUSABLE, "answers with status " + response.statusCode());
      } else {
        good(asked, asked.staple.take(response.body(), clock.instant()));
      }
    } catch (UnusableResponse e) {
      boolean revoked = e.why() == Why.REVOKED;
      failed(asked, revoked ? Result.REVOKED : Result.UNUSABLE, "answers what " + e.what());
    }
  }

  private static String words(@Nullable Throwable failure) {
    Throwable cause =
        failure instanceof CompletionException && failure.getCause() != null
            ? failure.getCause()
            : failure;
    return cause instanceof CancellationException
        ? "not within " + WHOLE.toSeconds() + " s"
        : String.valueOf(cause);
  }

  private void good(Asked asked, Instant until) {
    count(Result.GOOD);
    if (asked.failures > 0 || asked.told == null) {
      LOG.info("{}: an OCSP response of {}, good until {}", asked.name, asked.responder, until);
    }
    asked.failures = 0;
    asked.told = "";
    askIn(untilNext(until), asked);
  }

  private void count(Result result) {
    Objects.requireNonNull(results.get(result)).increment();
  }

  /** Said once for a cause, as long as it stays the same. */
  private void failed(Asked asked, Result result, String words) {
    count(result);
    asked.failures++;
    if (!words.equals(asked.told)) {
      String line = "{}: the OCSP responder {} {}";
      if (result == Result.REVOKED) {
        LOG.error(line, asked.name, asked.responder, words);
      } else {
        LOG.warn(line, asked.name, asked.responder, words);
      }
      asked.told = words;
    }
    askIn(retryAfter(asked.failures, random.nextDouble()), asked);
  }

  /** Asks no more. */
  @Override
  public void close() {
    thread.shutdownNow();
    client.shutdownNow();
  }
}
