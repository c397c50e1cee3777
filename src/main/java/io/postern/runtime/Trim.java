package io.postern.runtime;

import io.netty.channel.EventLoop;
import io.postern.listener.Headroom;
import io.postern.listener.IdleClients;
import io.postern.listener.IdleClients.LetGo;
import io.postern.listener.Listener;
import io.postern.upstream.UpstreamConnections;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.IntFunction;
import java.util.function.Supplier;

/**
 * Closes connections that no exchange uses, in rounds of all event loops: first those to servers,
 * and what is wanted beyond that of clients. Begun by one thread.
 */
final class Trim {

  /** Of the idle ones that a loop has to a server so many stay: they are what comes next. */
  private static final int FEW = 2;

  private final EventLoops loops;
  private final ExchangeLoops working;
  private final Supplier<List<Listener>> listeners;
  private final Headroom headroom;
  private final AtomicBoolean underway = new AtomicBoolean();

  /** How many were closed or, idle clients, asked to go. */
  record Done(int servers, int arriving, int idle) {}

  Trim(
      EventLoops loops,
      ExchangeLoops working,
      Supplier<List<Listener>> listeners,
      Headroom headroom) {
    this.loops = loops;
    this.working = working;
    this.listeners = listeners;
    this.headroom = headroom;
  }

  /**
   * Begins a round, where the one before is over.
   *
   * @param descriptors how many sockets are wanted, anybody's
   * @param connections how many connections of clients are
   * @param then told what was done, on any thread
   */
  void begin(long descriptors, long connections, Consumer<Done> then) {
    if (underway.getAndSet(true)) {
      return;
    }
    closing(clamp(descriptors))
        .thenCompose(
            servers -> {
              long clients = Math.max(connections, descriptors - servers) - headroom.leaving();
              return letClientsGo(clamp(clients))
                  .thenApply(gone -> new Done(servers, gone.arriving(), gone.idle()));
            })
        .whenComplete(
            (done, failure) -> {
              underway.set(false);
              if (done != null) {
                then.accept(done);
              }
            });
  }

  private CompletableFuture<Integer> closing(int wanted) {
    try {
      return closeToServers(wanted);
    } catch (RuntimeException | Error e) {
      return CompletableFuture.failedFuture(e); // or there would be no next round
    }
  }

  private static int clamp(long wanted) {
    return Math.clamp(wanted, 0, Integer.MAX_VALUE);
  }

  private CompletableFuture<Integer> closeToServers(int wanted) {
    int share = Math.ceilDiv(wanted, working.upstreams().size());
    return onEach(
            wanted,
            i -> {
              UpstreamConnections upstream = working.upstreams().get(i);
              return upstream.trim(FEW, share);
            })
        .thenApply(each -> each.stream().mapToInt(Integer::intValue).sum());
  }

  private CompletableFuture<LetGo> letClientsGo(int wanted) {
    List<Listener> all = listeners.get();
    int[] shares = shares(wanted);
    return onEach(wanted, i -> IdleClients.letGo(all, loops.group().loop(i), shares[i], headroom))
        .thenApply(
            each ->
                new LetGo(
                    each.stream().mapToInt(LetGo::arriving).sum(),
                    each.stream().mapToInt(LetGo::idle).sum()));
  }

  /** By how many connections each loop has. */
  private int[] shares(int wanted) {
    List<LoopLoad> loads = loops.group().loads();
    long all = Math.max(1, loads.stream().mapToLong(LoopLoad::connections).sum());
    return loads.stream()
        .mapToInt(each -> (int) Math.ceilDiv((long) wanted * each.connections(), all))
        .toArray();
  }

  private <T> CompletableFuture<List<T>> onEach(int wanted, IntFunction<T> task) {
    List<CompletableFuture<T>> all = new ArrayList<>();
    for (int i = 0; wanted > 0 && i < loops.contexts().size(); i++) {
      int index = i;
      EventLoop loop = loops.group().loop(i);
      try {
        all.add(CompletableFuture.supplyAsync(() -> task.apply(index), loop));
      } catch (RejectedExecutionException e) {
        return CompletableFuture.failedFuture(e); // it is about to end
      }
    }
    return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new))
        .thenApply(_ -> all.stream().map(CompletableFuture::resultNow).toList());
  }
}
