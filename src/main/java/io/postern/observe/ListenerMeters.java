package io.postern.observe;

import io.postern.http.Glitch;
import io.postern.observe.Metrics.Points;
import java.util.concurrent.atomic.LongAdder;

/**
 * What is counted of the connections of one listener; how many are open, its own limit counts.
 * Shared by all event loops: nothing but counters.
 */
public final class ListenerMeters {

  private enum Version {
    TLS_1_2("TLSv1.2"),
    TLS_1_3("TLSv1.3");

    private final String label;

    Version(String label) {
      this.label = label;
    }
  }

  private final LongAdder accepted = new LongAdder();
  private final LongAdder denied = new LongAdder();
  private final LongAdder streams = new LongAdder();
  private final Counters<ConnectionLimit> refused = new Counters<>(ConnectionLimit.class);
  private final Counters<HandshakeLimit> shed = new Counters<>(HandshakeLimit.class);
  private final Counters<Glitch> glitches = new Counters<>(Glitch.class);
  private final Counters<Glitch> sentAway = new Counters<>(Glitch.class);
  private final LongAdder broken = new LongAdder();
  private final Arrivals arrivals = new Arrivals();
  private final Counters<Version> whole = new Counters<>(Version.class);
  private final Counters<Version> resumed = new Counters<>(Version.class);
  private final Counters<HandshakeFailure> failures = new Counters<>(HandshakeFailure.class);

  /** No connection yet. */
  public ListenerMeters() {}

  /** A connection was accepted, within the limit. */
  public void accepted() {
    accepted.increment();
  }

  /** A connection was closed as it came, for too many were open. */
  public void refused(ConnectionLimit limit) {
    refused.increment(limit);
  }

  /** A connection was closed, for no tenant is known by it. */
  public void denied() {
    denied.increment();
  }

  /** So many more streams of h2 connections are open. */
  public void streams(int change) {
    streams.add(change);
  }

  /** A client did over HTTP/2 what well-behaved ones seldom do. */
  public void glitch(Glitch glitch) {
    glitches.increment(glitch);
  }

  /** A client was sent away for its glitches, of which this was one too many. */
  public void sentAway(Glitch lastStraw) {
    sentAway.increment(lastStraw);
  }

  /** A client broke the rules of an HTTP/2 connection, which ended with that. */
  public void broken() {
    broken.increment();
  }

  /** How its connections began. */
  public Arrivals arrivals() {
    return arrivals;
  }

  /** A handshake ended well, with a version such as {@code TLSv1.3}; there are but two. */
  public void handshake(String version, boolean resumes) {
    boolean older = version.equals(Version.TLS_1_2.label);
    (resumes ? resumed : whole).increment(older ? Version.TLS_1_2 : Version.TLS_1_3);
  }

  /** A handshake failed. */
  public void handshakeFailed(HandshakeFailure why) {
    failures.increment(why);
  }

  /** A handshake was closed as it began, for there were too many. */
  public void shed(HandshakeLimit limit) {
    shed.increment(limit);
  }

  /** How many {@link #accepted} told of. */
  public void collectAccepted(String listener, Points points) {
    points.add(accepted.sum(), listener);
  }

  /** How many {@link #refused} told of, by limit. */
  public void collectRefused(String listener, Points points) {
    refused.collect(points, listener);
  }

  /** How many {@link #denied} told of. */
  public void collectDenied(String listener, Points points) {
    points.add(denied.sum(), listener);
  }

  /** How many streams are open. */
  public void collectStreams(String listener, Points points) {
    points.add(streams.sum(), listener);
  }

  /** What {@link #glitch} told of, by kind. */
  public void collectGlitches(String listener, Points points) {
    glitches.collect(points, listener);
  }

  /** Whom {@link #sentAway} told of, by the kind of the last straw. */
  public void collectSentAway(String listener, Points points) {
    sentAway.collect(points, listener);
  }

  /** How many {@link #broken} told of. */
  public void collectBroken(String listener, Points points) {
    points.add(broken.sum(), listener);
  }

  /** Handshakes that ended well, by version and by whether they resumed a session. */
  public void collectHandshakes(String listener, Points points) {
    for (Version version : Version.values()) {
      points.add(whole.of(version), listener, version.label, "false");
      points.add(resumed.of(version), listener, version.label, "true");
    }
  }

  /** How many {@link #shed} told of, by limit. */
  public void collectShed(String listener, Points points) {
    shed.collect(points, listener);
  }

  /** Handshakes that failed, by why. */
  public void collectFailures(String listener, Points points) {
    failures.collect(points, listener);
  }
}
