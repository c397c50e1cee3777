package io.postern.runtime;

import io.netty.util.concurrent.Future;
import io.postern.exchange.Foremost;
import io.postern.exchange.OpenExchange;
import io.postern.exchange.Sought;
import io.postern.listener.Listener;
import io.postern.listener.OpenConnection;
import io.postern.listener.Order;
import io.postern.observe.Redaction;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * The connections of clients and the exchanges on them that are open now. Each event loop looks at
 * its own when somebody asks, in portions; nothing is kept for those who do not ask. Used from any
 * thread.
 *
 * <p>What is asked for is done on the event loops; it fails where the proxy ends meanwhile.
 */
public final class LiveTraffic {

  /** To put thousands in order is not for an event loop. */
  private static final Executor MERGING =
      merge -> Thread.ofVirtual().name("live traffic").start(merge);

  private final List<Listener> listeners;
  private final List<String> redacted;

  LiveTraffic(List<Listener> listeners, List<String> redacted) {
    this.listeners = listeners;
    this.redacted = redacted;
  }

  /** Finds connections whose handshake is done. */
  public CompletableFuture<Found<OpenConnection>> connections(
      Sought sought, Order order, int most) {
    return found(each -> each.connections(sought, order, most), most);
  }

  /** Finds exchanges; their targets are redacted as in the access log. */
  public CompletableFuture<Found<OpenExchange>> exchanges(Sought sought, Order order, int most) {
    return found(each -> each.exchanges(sought, order, most), most)
        .thenApply(found -> new Found<>(found.matched(), redacted(found.first())));
  }

  private List<OpenExchange> redacted(List<OpenExchange> exchanges) {
    Redaction redaction = new Redaction(redacted);
    return exchanges.stream().map(each -> each.withTarget(redaction.of(each.target()))).toList();
  }

  /**
   * Has connections end: at once, or when what is in flight on them is done, as in a drain.
   *
   * @return how many there were
   */
  public CompletableFuture<Integer> closeConnections(Sought sought, boolean atOnce) {
    return counted(each -> each.closeSome(sought, atOnce));
  }

  /**
   * Ends exchanges; their connections stay, as far as they can be used afterwards.
   *
   * @return how many there were
   */
  public CompletableFuture<Integer> endExchanges(Sought sought) {
    return counted(each -> each.endSome(sought));
  }

  private <T> CompletableFuture<Found<T>> found(
      Function<Listener, List<Future<Foremost<T>>>> look, int most) {
    return each(look)
        .thenApply(
            parts -> {
              Foremost<T> all = new Foremost<>(most);
              parts.forEach(all::add);
              return new Found<>(all.all(), all.inOrder());
            });
  }

  private CompletableFuture<Integer> counted(Function<Listener, List<Future<AtomicInteger>>> look) {
    return each(look).thenApply(parts -> parts.stream().mapToInt(AtomicInteger::get).sum());
  }

  private <T> CompletableFuture<List<T>> each(Function<Listener, List<Future<T>>> look) {
    List<CompletableFuture<T>> looks = new ArrayList<>();
    try {
      listeners.forEach(listener -> look.apply(listener).forEach(each -> looks.add(of(each))));
    } catch (RejectedExecutionException e) {
      return CompletableFuture.failedFuture(e); // the loops have ended
    }
    return CompletableFuture.allOf(looks.toArray(CompletableFuture[]::new))
        .thenApplyAsync(_ -> looks.stream().map(CompletableFuture::resultNow).toList(), MERGING);
  }

  private static <T> CompletableFuture<T> of(Future<T> look) {
    CompletableFuture<T> done = new CompletableFuture<>();
    look.addListener(
        (Future<T> over) -> {
          if (over.isSuccess()) {
            done.complete(over.getNow());
          } else {
            Throwable cause = over.cause();
            done.completeExceptionally(cause == null ? new CancellationException() : cause);
          }
        });
    return done;
  }
}
