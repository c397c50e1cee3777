package io.postern.observe;

import io.netty.util.AsciiString;
import io.postern.fault.Fault;
import io.postern.http.DownstreamConnection;
import io.postern.http.Passage;
import io.postern.tenant.Caller;
import io.postern.tenant.Tenant;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The last requests and the last responses that our own parsers refused, so that somebody can see
 * what was wrong with them. Secrets are taken out before anything is kept. Used from any thread;
 * its lock is held for some moves in a short queue.
 */
public final class Captures {

  private static final int KEPT = 16;

  private final InstantSource clock;
  private final Supplier<List<String>> parameters;
  private final ReentrantLock lock = new ReentrantLock();
  private final ArrayDeque<Capture> requests = new ArrayDeque<>();
  private final ArrayDeque<Capture> responses = new ArrayDeque<>();
  private long refused;

  /**
   * None yet.
   *
   * @param parameters of queries, whose values the access log does not tell
   */
  public Captures(InstantSource clock, Supplier<List<String>> parameters) {
    this.clock = clock;
    this.parameters = parameters;
  }

  /** One more; what is told of it is that of {@link ExchangeSink#refused}. */
  void add(DownstreamConnection client, @Nullable String server, Fault fault, Passage passage) {
    Secrets secrets = new Secrets(parameters.get());
    byte[] bytes = passage.bytes().toByteArray();
    secrets.hide(bytes, passage.whole());
    boolean hidden = passage.from() < passage.to() && isHidden(passage, bytes);
    String detail = detail(fault, hidden, secrets);
    Tenant tenant = client.memo().of(Caller.class, Caller::new).tenant();
    lock.lock();
    try {
      ArrayDeque<Capture> kept = server == null ? requests : responses;
      if (kept.size() == KEPT) {
        kept.removeFirst();
      }
      kept.addLast(
          new Capture(
              ++refused,
              clock.instant(),
              client.listener(),
              client.whence(),
              tenant == null ? null : tenant.name().toString(),
              server,
              fault.reason().label(),
              detail,
              new AsciiString(bytes, false),
              passage.from(),
              passage.to()));
    } finally {
      lock.unlock();
    }
  }

  private static boolean isHidden(Passage passage, byte[] bytes) {
    int from = passage.from();
    int to = passage.to();
    return !passage
        .bytes()
        .subSequence(from, to)
        .contentEquals(new AsciiString(bytes, from, to - from, false));
  }

  /** It may show a piece of the line: not of one that holds a secret. */
  private static String detail(Fault fault, boolean ofSecret, Secrets secrets) {
    String detail = fault.detail();
    int quoted = detail.indexOf('\'');
    if (ofSecret && quoted >= 0) {
      return detail.substring(0, quoted) + "***";
    }
    byte[] bytes = detail.getBytes(StandardCharsets.UTF_8);
    secrets.hide(bytes, true);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /** The last requests, and behind them the last responses, the oldest of each first. */
  public List<Capture> all() {
    lock.lock();
    try {
      List<Capture> all = new ArrayList<>(requests);
      all.addAll(responses);
      return all;
    } finally {
      lock.unlock();
    }
  }

  /** Forgets them; answers how many there were. */
  public int clear() {
    lock.lock();
    try {
      int there = requests.size() + responses.size();
      requests.clear();
      responses.clear();
      return there;
    } finally {
      lock.unlock();
    }
  }
}
