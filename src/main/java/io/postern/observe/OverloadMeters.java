package io.postern.observe;

import io.postern.observe.Metrics.Points;
import java.util.EnumMap;
import java.util.Map;

/**
 * What is done about a resource that is about to run out. Shared by all event loops: nothing but
 * counters.
 */
public final class OverloadMeters {

  /** Which connections are closed, those first that somebody misses least. */
  public enum Closed {
    /** To a server, and no exchange uses it. */
    SERVER_IDLE,
    /** Of a client whose handshake, or PROXY header, is not over. */
    CLIENT_ARRIVING,
    /** Of a client that has no exchange. */
    CLIENT_IDLE
  }

  private final Counters<Resource> refused = new Counters<>(Resource.class);
  private final Map<Resource, Counters<Closed>> closed = new EnumMap<>(Resource.class);

  /** Nothing was done yet. */
  public OverloadMeters() {
    for (Resource each : Resource.values()) {
      closed.put(each, new Counters<>(Closed.class));
    }
  }

  /** A client that came was closed, or its handshake was, for want of this. */
  public void refused(Resource resource) {
    refused.increment(resource);
  }

  /** So many connections were closed, or asked to go, for want of this. */
  @SuppressWarnings("NullAway") // the constructor put one in for every resource
  public void closed(Resource resource, Closed which, int count) {
    closed.get(resource).add(which, count);
  }

  /** What {@link #refused} told of, by resource. */
  public void collectRefused(Points points) {
    refused.collect(points);
  }

  /** What {@link #closed} told of, by resource and by which they were. */
  public void collectClosed(Points points) {
    closed.forEach((resource, counters) -> counters.collect(points, resource.label()));
  }
}
