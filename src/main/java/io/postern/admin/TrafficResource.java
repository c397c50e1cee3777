package io.postern.admin;

import static io.postern.admin.Column.text;
import static io.postern.admin.Column.whole;

import io.postern.admin.Operation.Answer;
import io.postern.admin.Operation.Parameter;
import io.postern.observe.Traffic;
import io.postern.runtime.ProxyRuntime;
import java.util.List;

/** Who has had how much, from the counters of the metrics. */
final class TrafficResource {

  static final Shape<Traffic> TRAFFIC =
      Shape.of(
          text("name", "Of whom; empty for none.", Traffic::name),
          whole("requests", "That have ended, since the start.", Traffic::requests),
          whole("errors", "Those of them that were answered 5xx.", Traffic::errors),
          whole("received", "Bytes of content from clients.", Traffic::received),
          whole("sent", "Bytes of content to clients.", Traffic::sent));

  private final ProxyRuntime runtime;

  TrafficResource(ProxyRuntime runtime) {
    this.runtime = runtime;
  }

  List<Operation> operations() {
    return List.of(
        Operation.get(
            "traffic",
            "What each has had so far, in exchanges that have ended; two readings make rates.",
            List.of(Parameter.text("by", "route, the default, server, tenant, vpce or listener.")),
            new Answer.Many("traffic", TRAFFIC),
            this::tell));
  }

  private void tell(Ask ask) {
    Traffic.By by = ask.word("by", Traffic.By.class);
    List<Traffic> all = runtime.insight().traffic(by == null ? Traffic.By.ROUTE : by);
    ask.reply(Page.list("traffic", TRAFFIC, all));
  }
}
