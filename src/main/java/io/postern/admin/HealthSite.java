package io.postern.admin;

import io.postern.http.RequestHead;
import io.postern.runtime.RunState;
import java.util.Locale;
import java.util.function.Supplier;

/**
 * Whether a load balancer is to send traffic here: one word, and the status that goes with it.
 *
 * @param path where it is asked
 * @param state how far the proxy is
 */
record HealthSite(String path, Supplier<RunState> state) implements LocalExchange.Site {

  @Override
  public void answer(RequestHead request, byte[] content, LocalExchange exchange) {
    if (!request.path().contentEquals(path)) {
      exchange.reply(Replies.text(404, "not found\n"));
      return;
    }
    RunState now = state.get();
    int status = now == RunState.READY ? 200 : 503;
    exchange.reply(Replies.text(status, now.name().toLowerCase(Locale.ROOT) + "\n"));
  }
}
