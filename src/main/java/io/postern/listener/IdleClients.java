package io.postern.listener;

import io.netty.channel.EventLoop;
import io.postern.listener.ClientConnections.Idle;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Lets clients of one event loop go that nothing is lost by, where the process needs their room:
 * first those who have been arriving for long, then those who have been idle for longest. Nobody
 * goes who has an exchange.
 */
public final class IdleClients {

  /**
   * How many idle ones of a listener are compared, the first that came: to look at all of a hundred
   * thousand would hold the loop up.
   */
  private static final int COMPARED = 2048;

  /** How many were closed, and how many asked to go. */
  public record LetGo(int arriving, int idle) {}

  private IdleClients() {}

  /**
   * Lets so many go, if there are as many; on the loop.
   *
   * @param headroom where it is counted who was asked and is there still
   */
  public static LetGo letGo(List<Listener> listeners, EventLoop loop, int most, Headroom headroom) {
    int arriving = 0;
    List<Idle> idle = new ArrayList<>();
    for (Listener each : listeners) {
      ClientConnections connections = each.on(loop);
      arriving += connections.closeArriving(most - arriving);
      idle.addAll(connections.idle(COMPARED));
    }
    idle.sort(Comparator.comparingLong(Idle::nanos).reversed());
    List<Idle> going = idle.subList(0, Math.min(idle.size(), most - arriving));
    for (Idle each : going) {
      each.letGo(headroom);
    }
    return new LetGo(arriving, going.size());
  }
}
