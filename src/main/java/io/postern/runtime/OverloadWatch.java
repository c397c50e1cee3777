package io.postern.runtime;

import io.netty.channel.EventLoop;
import io.postern.event.EventKind;
import io.postern.event.Events;
import io.postern.listener.Headroom;
import io.postern.listener.Listener;
import io.postern.observe.OverloadMeters.Closed;
import io.postern.observe.Resource;
import io.postern.observe.SparseLog;
import java.lang.management.ManagementFactory;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks ten times a second at how much of its budgets the process has used, and keeps it within
 * them: near the end of one, what nobody uses is closed, nearer nobody new is let in, and who has
 * an exchange is left alone.
 *
 * <p>Runs on the side loop, until that ends.
 */
final class OverloadWatch implements Runnable {

  private static final Logger LOG = LoggerFactory.getLogger(OverloadWatch.class);
  private static final long EVERY_NANOS = 100_000_000;

  /** What an exchange may hold in buffers, both ways, before its sources are not read any more. */
  private static final long MOST_OF_ONE = 2 << 20;

  /** Descriptors that are never a connection to a server: for files, and who asks for metrics. */
  private static final int KEPT = 12;

  private final Overload overload;
  private final Headroom headroom;
  private final EventLoop side;
  private final Trim trim;
  private final LongSupplier exchanges;
  private final Map<Resource, Strain> strains = new EnumMap<>(Resource.class);
  private final Map<Resource, SparseLog> logs = new EnumMap<>(Resource.class);
  private final Map<Resource, SparseLog> ends = new EnumMap<>(Resource.class);

  /** Descriptors that are neither a client's nor a server's, at the last look that told. */
  private long others = -1;

  /**
   * Watches nothing yet.
   *
   * @param listeners those that clients come by now
   * @param exchanges how many are open
   */
  OverloadWatch(
      Overload overload,
      EventLoops loops,
      ExchangeLoops working,
      Supplier<List<Listener>> listeners,
      LongSupplier exchanges) {
    this.overload = overload;
    this.headroom = overload.headroom();
    this.exchanges = exchanges;
    this.side = loops.side().loop();
    this.trim = new Trim(loops, working, listeners, headroom);
    Budgets budgets = overload.budgets();
    put(Resource.CONNECTIONS, budgets.connections());
    put(Resource.DESCRIPTORS, budgets.descriptors());
    put(Resource.DIRECT_MEMORY, budgets.directMemory());
    for (Resource each : Resource.values()) {
      logs.put(each, new SparseLog(LOG));
      ends.put(each, new SparseLog(LOG));
    }
  }

  private void put(Resource resource, long budget) {
    strains.put(resource, new Strain(resource, budget));
  }

  /** Says what the budgets are, and watches from now on. */
  void start() {
    side.execute(this::say);
    side.scheduleWithFixedDelay(this, EVERY_NANOS, EVERY_NANOS, TimeUnit.NANOSECONDS);
  }

  private void say() {
    long memory =
        ManagementFactory.getOperatingSystemMXBean()
                instanceof com.sun.management.OperatingSystemMXBean machine
            ? machine.getTotalMemorySize() // of the container, where there is one
            : Long.MAX_VALUE;
    Budgets budgets = overload.budgets();
    LOG.info("{}", budgets.describe(memory));
    String misfit = budgets.misfit(memory);
    if (misfit != null) {
      LOG.warn("{}", misfit);
    }
  }

  /** The families of metrics of it. */
  OverloadFamilies families() {
    return new OverloadFamilies(List.copyOf(strains.values()), overload.meters());
  }

  @Override
  public void run() {
    try {
      look();
    } catch (RuntimeException | Error e) { // or there would be no next look
      LOG.error("it cannot be looked at how much is used; what was decided stays", e);
    }
  }

  private void look() {
    look(Resource.CONNECTIONS, headroom.open());
    look(Resource.DESCRIPTORS, descriptors());
    if (of(Resource.DIRECT_MEMORY).pressure() != Pressure.NONE) {
      Buffers.giveBack();
    }
    look(Resource.DIRECT_MEMORY, Math.min(Buffers.reserved(), mostOfExchanges()));
    headroom.refuseFor(refusing());
    overload.windows().close(of(Resource.DIRECT_MEMORY).pressure() != Pressure.NONE);
    long byDescriptors = of(Resource.DESCRIPTORS).excess();
    long byConnections = of(Resource.CONNECTIONS).excess();
    if (byDescriptors + byConnections > 0) {
      Resource most = byDescriptors > byConnections ? Resource.DESCRIPTORS : Resource.CONNECTIONS;
      trim.begin(byDescriptors, byConnections, done -> told(of(most), done));
    }
  }

  @SuppressWarnings("NullAway") // the constructor put one in for every resource
  private Strain of(Resource resource) {
    return strains.get(resource);
  }

  /** How many there are, and how many of those that are left may go to servers. */
  private long descriptors() {
    long clients = headroom.open();
    long servers = overload.sockets().open();
    long counted = Descriptors.open();
    if (counted > 0 || others < 0) {
      others = Math.max(0, (counted > 0 ? counted : Descriptors.counted()) - clients - servers);
    }
    overload.sockets().allow(overload.budgets().descriptors() - KEPT - others - clients);
    return others + clients + servers;
  }

  /**
   * What may be in use at most: what is reserved beyond that is kept by the allocator for later,
   * and must not keep clients out.
   */
  private long mostOfExchanges() {
    long taken = overload.budgets().windows() - overload.windows().left();
    return of(Resource.DIRECT_MEMORY).budget() / 4 + exchanges.getAsLong() * MOST_OF_ONE + taken;
  }

  private @Nullable Resource refusing() {
    for (Strain each : strains.values()) {
      if (each.pressure() == Pressure.REFUSE) {
        return each.resource();
      }
    }
    return null;
  }

  @SuppressWarnings("NullAway") // the constructor put one in for every resource
  private void look(Resource resource, long used) {
    Strain strain = of(resource);
    Pressure before = strain.pressure();
    if (!strain.look(used)) {
      return;
    }
    String subject = resource.name().toLowerCase(Locale.ROOT);
    if (strain.pressure() == Pressure.NONE) {
      Events.note(EventKind.OVERLOAD_OVER, subject, "no overload any more: " + strain);
      ends.get(resource).warn(() -> "no overload any more: " + strain);
    } else if (strain.pressure().compareTo(before) > 0) {
      if (before == Pressure.NONE) { // one for each time, however it goes up and down in it
        Events.note(EventKind.OVERLOAD, subject, "overload: " + strain + "; " + follows(strain));
      }
      logs.get(resource).warn(() -> "overload: " + strain + "; " + follows(strain));
    }
  }

  private static String follows(Strain strain) {
    String idle =
        strain.resource() == Resource.DIRECT_MEMORY
            ? "windows of HTTP/2 do not grow"
            : "idle connections are closed";
    return strain.pressure() == Pressure.REFUSE ? idle + ", new ones are refused" : idle;
  }

  @SuppressWarnings("NullAway") // the constructor put one in for every resource
  private void told(Strain strain, Trim.Done done) {
    Resource resource = strain.resource();
    overload.meters().closed(resource, Closed.SERVER_IDLE, done.servers());
    overload.meters().closed(resource, Closed.CLIENT_ARRIVING, done.arriving());
    overload.meters().closed(resource, Closed.CLIENT_IDLE, done.idle());
    if (done.servers() + done.arriving() + done.idle() > 0) {
      logs.get(resource)
          .warn(
              () ->
                  "overload: %s; closed: %d idle connections to servers, %d of clients that had not arrived, and %d idle ones of clients"
                      .formatted(strain, done.servers(), done.arriving(), done.idle()));
    }
  }
}
