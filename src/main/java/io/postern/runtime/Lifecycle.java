package io.postern.runtime;

import io.postern.event.EventKind;
import io.postern.event.Events;
import java.time.Duration;
import java.time.Instant;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How far a proxy is, and what may follow. Used from any thread. */
final class Lifecycle {

  private static final Logger LOG = LoggerFactory.getLogger(Lifecycle.class);

  /**
   * Where it stands.
   *
   * @param draining since when; null while it is not
   * @param ends whether it drains because it is about to end: it never serves on then
   */
  private record Phase(RunState state, @Nullable Instant draining, boolean ends) {}

  private final AtomicReference<Phase> phase =
      new AtomicReference<>(new Phase(RunState.STARTING, null, false));

  private final CompletableFuture<Void> ready = new CompletableFuture<>();

  private Phase phase() {
    return Objects.requireNonNull(phase.get());
  }

  RunState state() {
    return phase().state;
  }

  /** Done when it is ready; never done where it was closed before. */
  CompletableFuture<Void> ready() {
    return ready;
  }

  /** All accept, and all servers were checked once. */
  void onReady() {
    phase.updateAndGet(
        now -> now.state == RunState.STARTING ? new Phase(RunState.READY, null, false) : now);
    ready.complete(null);
  }

  /**
   * It is to get no more traffic, and serves on.
   *
   * @param by who wants that, in words
   * @return since when that is so; null where it does not serve
   */
  @Nullable Instant drain(Instant at, String by) {
    Phase before =
        Objects.requireNonNull(
            phase.getAndUpdate(
                now ->
                    now.state == RunState.READY ? new Phase(RunState.DRAINING, at, false) : now));
    if (before.state == RunState.READY) {
      raise(EventKind.DRAIN_BEGUN, "draining, until that is taken back (" + by + ")");
      return at;
    }
    return before.draining;
  }

  private static void raise(EventKind kind, String text) {
    Events.raise(LOG, kind, "process", text);
  }

  /** Since when it drains; null while it does not. */
  @Nullable Instant drainingSince() {
    return phase().draining;
  }

  /**
   * Whether it is to get traffic again: it was draining, and is not about to end.
   *
   * @param by who wants that, in words
   */
  boolean undrain(String by) {
    Phase now = phase();
    boolean undone =
        now.state == RunState.DRAINING
            && !now.ends
            && phase.compareAndSet(now, new Phase(RunState.READY, null, false));
    if (undone) {
      raise(EventKind.DRAIN_UNDONE, "the drain is taken back (" + by + ")");
    }
    return undone;
  }

  /**
   * It is about to end, which nothing stops any more.
   *
   * @return for how long it has been draining already
   */
  Duration end(Instant at) {
    Phase now =
        Objects.requireNonNull(
            phase.getAndUpdate(
                before ->
                    before.state == RunState.STOPPED
                        ? before
                        : new Phase(
                            RunState.DRAINING,
                            before.draining == null ? at : before.draining,
                            true)));
    if (!now.ends) {
      raise(EventKind.DRAIN_BEGUN, "draining, and then the end");
    }
    return now.draining == null ? Duration.ZERO : Duration.between(now.draining, at);
  }

  /** Whether it is about to end, or has. */
  boolean isEnding() {
    return phase().ends;
  }

  /** It serves no more. */
  void onStopped() {
    phase.set(new Phase(RunState.STOPPED, null, true));
  }
}
