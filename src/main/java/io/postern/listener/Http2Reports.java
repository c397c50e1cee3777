package io.postern.listener;

import io.postern.http.DownstreamConnection;
import io.postern.http.Glitch;
import io.postern.http.Http2Events;
import io.postern.observe.ListenerMeters;
import io.postern.observe.SparseLog;
import org.slf4j.LoggerFactory;

/**
 * Counts what clients do over HTTP/2, and says now and then that some were sent away. Shared by all
 * event loops.
 */
final class Http2Reports implements Http2Events {

  private final ListenerMeters meters;
  private final SparseLog log = new SparseLog(LoggerFactory.getLogger(Http2Reports.class));
  private final SparseLog brokenLog = new SparseLog(LoggerFactory.getLogger(Http2Reports.class));

  Http2Reports(ListenerMeters meters) {
    this.meters = meters;
  }

  @Override
  public void streams(int change) {
    meters.streams(change);
  }

  @Override
  public void glitch(Glitch glitch) {
    meters.glitch(glitch);
  }

  @Override
  public void broken(DownstreamConnection client, String how) {
    meters.broken();
    brokenLog.warn(
        () ->
            "listener %s: %s broke the rules of HTTP/2: %s"
                .formatted(client.listener(), client.whence(), how));
  }

  @Override
  public void sentAway(DownstreamConnection client, Glitch lastStraw) {
    meters.sentAway(lastStraw);
    log.warn(
        () ->
            "listener %s: %s was sent away for too many glitches over HTTP/2, lastly %s"
                .formatted(client.listener(), client.whence(), lastStraw));
  }
}
