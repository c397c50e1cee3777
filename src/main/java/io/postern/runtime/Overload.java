package io.postern.runtime;

import io.postern.config.ProcessConfig;
import io.postern.http.WindowBudget;
import io.postern.listener.Headroom;
import io.postern.observe.OverloadMeters;

/**
 * What keeps the process within its budgets, of which each part is shared by all event loops.
 *
 * @param budgets what it may take
 * @param windows what windows of HTTP/2 may
 * @param headroom whether another client may come
 * @param sockets to servers
 * @param meters what was done
 */
record Overload(
    Budgets budgets,
    WindowBudget windows,
    Headroom headroom,
    ServerSockets sockets,
    OverloadMeters meters) {

  /** That of the process as it is now. */
  static Overload atStart(ProcessConfig config) {
    Budgets budgets = Budgets.atStart(config);
    OverloadMeters meters = new OverloadMeters();
    return new Overload(
        budgets,
        new WindowBudget(budgets.windows()),
        new Headroom(budgets.connections(), meters),
        new ServerSockets(),
        meters);
  }
}
