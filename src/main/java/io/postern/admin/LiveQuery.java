package io.postern.admin;

import io.netty.util.NetUtil;
import io.postern.admin.Operation.Parameter;
import io.postern.config.Cidr;
import io.postern.exchange.LiveId;
import io.postern.exchange.Sought;
import io.postern.listener.Order;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Which of what is open somebody asks for, how much of it, and the answer that comes later. */
final class LiveQuery {

  private static final int MOST = 10_000;
  private static final int USUAL = 100;

  /** By which ones are told from others. */
  static final List<Parameter> FILTERS =
      List.of(
          Parameter.text("listener", "By which the client came."),
          Parameter.text("tenant", "Whose client it is."),
          Parameter.text("client", "Its address, or a range such as 10.20.0.0/16."),
          Parameter.text("host", "That is asked for, without a port."),
          Parameter.text("route", "Of the exchange."),
          Parameter.text("pool", "Of the exchange."),
          Parameter.text("server", "Of the exchange, such as 10.1.0.10:8080."),
          Parameter.text("olderThan", "Such as 30s."));

  /** Those, and how much is told in which order. */
  static final List<Parameter> LIST =
      with(
          Parameter.text(
              "order", "What is first: age, the oldest (the default), or bytes, the most."),
          Parameter.whole("limit", "How many are told of: 1 to 10000; 100 if left out."));

  private LiveQuery() {}

  /** The filters, and some more parameters. */
  static List<Parameter> with(Parameter... more) {
    List<Parameter> all = new ArrayList<>(FILTERS);
    all.addAll(List.of(more));
    return List.copyOf(all);
  }

  /** What is asked for; all, where nothing is said. */
  static Sought sought(Ask ask) {
    return new Sought(
        null,
        ask.text("listener"),
        ask.text("tenant"),
        client(ask.text("client")),
        ask.text("host"),
        ask.text("route"),
        ask.text("pool"),
        ask.text("server"),
        ask.length("olderThan"));
  }

  /** The same, where not all may be meant. */
  static Sought some(Ask ask) {
    Sought sought = sought(ask);
    if (sought.isAll()) {
      throw new Refused(400, "say which: by an id, or at least one of the parameters");
    }
    return sought;
  }

  /** The one with the id in the path. */
  static Sought one(Ask ask, boolean exchange) {
    String text = ask.variable("id");
    LiveId id = LiveId.parse(text);
    if (id == null || (id.exchange() > 0) != exchange) {
      throw new Refused(400, text + " is no id, such as " + (exchange ? "c1042-7" : "c1042"));
    }
    return Sought.of(id);
  }

  private static @Nullable Cidr client(@Nullable String text) {
    if (text == null) {
      return null;
    }
    try {
      InetAddress alone = NetUtil.createInetAddressFromIpAddressString(text);
      return alone == null ? Cidr.parse(text) : new Cidr(alone, 8 * alone.getAddress().length);
    } catch (IllegalArgumentException e) {
      throw new Refused(400, "client: " + text + " is not " + e.getMessage());
    }
  }

  static Order order(Ask ask) {
    Order order = ask.word("order", Order.class);
    return order == null ? Order.AGE : order;
  }

  static int limit(Ask ask) {
    Integer limit = ask.whole("limit", 1, MOST);
    return limit == null ? USUAL : limit;
  }
}
