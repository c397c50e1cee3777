package io.postern.observe;

import io.postern.observe.Metrics.Points;
import io.postern.proxyproto.MalformedHeader.Flaw;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * How connections to one listener began, counted by kind. Each connection with a PROXY header, or
 * that should have one, is counted once among the headers; each that ends before its first byte
 * behind that, once among the probes.
 *
 * <p>May be used from any thread.
 */
public final class Arrivals {

  private final Counters<Header> headers = new Counters<>(Header.class);
  private final Counters<Flaw> flaws = new Counters<>(Flaw.class);
  private final Counters<Probe> probes = new Counters<>(Probe.class);

  /** What became of a connection that may bring a header, where the header itself is sound. */
  public enum Header {
    /** Served by a header of version 1. */
    V1,
    /** Served by a header of version 2. */
    V2,
    /** Served as the load balancer's own. */
    LOCAL,
    /** Served without, where it is optional. */
    NONE,
    /** Closed: from nobody who may send one. */
    STRANGER,
    /** Closed: not whole in time. */
    TIMEOUT,
    /** Ended by the other side in the middle of it. */
    CUT_SHORT
  }

  /** A connection that ended before its first byte of TLS or HTTP. */
  public enum Probe {
    /** The other side closed or reset it, and had sent nothing. */
    NOTHING,
    /** The other side closed or reset it behind a header for a client. */
    HEADER_ONLY,
    /** The other side closed or reset it behind a LOCAL header. */
    LOCAL_ONLY,
    /** Nothing came, behind a header or without, until its time was over or a drain closed it. */
    SILENT
  }

  /** Counts a connection by its header. */
  public void count(Header header) {
    headers.increment(header);
  }

  /** Counts a connection that was closed for its header. */
  public void count(Flaw flaw) {
    flaws.increment(flaw);
  }

  /** Counts a connection that brought nothing. */
  public void count(Probe probe) {
    probes.increment(probe);
  }

  /** How many connections there were of each kind of header, by label; flaws are kinds too. */
  public Map<String, Long> headers() {
    Map<String, Long> all = new LinkedHashMap<>(headers.byLabel());
    all.putAll(flaws.byLabel());
    return all;
  }

  /** How many connections there were of each kind of probe, by label. */
  public Map<String, Long> probes() {
    return probes.byLabel();
  }

  /** Gives {@link #headers} to metrics. */
  public void collectHeaders(String listener, Points points) {
    headers.collect(points, listener);
    flaws.collect(points, listener);
  }

  /** Gives {@link #probes} to metrics. */
  public void collectProbes(String listener, Points points) {
    probes.collect(points, listener);
  }
}
