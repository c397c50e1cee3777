package io.postern.admin;

import io.netty.util.AsciiString;
import io.postern.config.ValueText;
import io.postern.fault.Fault;
import io.postern.fault.Reason;
import io.postern.http.FieldNames;
import io.postern.http.LocalReply;
import io.postern.http.RequestHead;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One asking for an {@link Operation}, which is answered once. What changes something stands in the
 * log, with what came of it.
 *
 * <p>Owned by the event loop of who asks.
 */
final class Ask {

  private static final Logger LOG = LoggerFactory.getLogger(Ask.class);

  static final AsciiString JSON = AsciiString.cached("application/json");

  private static final AsciiString BEARER = AsciiString.cached("Bearer");

  private final Operation operation;
  private final RequestHead head;
  private final LocalExchange exchange;
  private final Map<String, String> said;
  private final String by;

  /**
   * Begins.
   *
   * @param said the variables of the path and the parameters, by name
   * @param by who asks, in words
   */
  Ask(
      Operation operation,
      RequestHead head,
      LocalExchange exchange,
      Map<String, String> said,
      String by) {
    this.operation = operation;
    this.head = head;
    this.exchange = exchange;
    this.said = said;
    this.by = by;
  }

  /** Who asks, in words. */
  String by() {
    return by;
  }

  /** The request as it came. */
  RequestHead head() {
    return head;
  }

  /** What is answered by, for what is more than one reply. */
  LocalExchange exchange() {
    return exchange;
  }

  /** The event loop, for an answer that is made elsewhere. */
  Executor loop() {
    return exchange.loop();
  }

  /** A variable of the path. */
  String variable(String name) {
    String value = said.get(name);
    if (value == null) {
      throw new IllegalArgumentException(operation.path() + " has no {" + name + "}");
    }
    return value;
  }

  /** A parameter; null where it is not given. */
  @Nullable String text(String name) {
    return said.get(name);
  }

  /** A parameter that is false where it is not given. */
  boolean isTrue(String name) {
    String value = said.get(name);
    return value != null && choose(name, value, "true", "false").equals("true");
  }

  /** A parameter that is a whole number; null where it is not given. */
  @Nullable Integer whole(String name, int least, int most) {
    String value = said.get(name);
    if (value == null) {
      return null;
    }
    try {
      int number = Integer.parseInt(value);
      if (number >= least && number <= most) {
        return number;
      }
    } catch (NumberFormatException e) {
      // told below
    }
    throw expected(name, value, "a whole number from " + least + " to " + most);
  }

  /** A parameter that is a length of time, such as {@code 30s}; null where it is not given. */
  @Nullable Duration length(String name) {
    String value = said.get(name);
    if (value == null) {
      return null;
    }
    try {
      return ValueText.duration(value);
    } catch (IllegalArgumentException e) {
      throw expected(name, value, "a length of time, such as 30s, 10m or 2h");
    }
  }

  /** A parameter that is a word of an enum, in any case; null where it is not given. */
  <E extends Enum<E>> @Nullable E word(String name, Class<E> of) {
    String value = said.get(name);
    if (value == null) {
      return null;
    }
    StringBuilder words = new StringBuilder();
    for (E each : of.getEnumConstants()) {
      if (each.name().equalsIgnoreCase(value)) {
        return each;
      }
      words.append(words.isEmpty() ? "" : ", ").append(each.name().toLowerCase(Locale.ROOT));
    }
    throw expected(name, value, "one of " + words);
  }

  private static String choose(String name, String value, String... words) {
    for (String each : words) {
      if (each.equals(value)) {
        return each;
      }
    }
    throw expected(name, value, "one of " + String.join(", ", words));
  }

  private static Refused expected(String name, String value, String what) {
    return new Refused(400, name + ": " + value + " is not " + what);
  }

  /** Tells what was asked for, or what came of it. */
  void reply(Page page) {
    reply(200, page);
  }

  /** The same with another status than 200. */
  void reply(int status, Page page) {
    log(status, "");
    exchange.reply(made(status, page));
  }

  /** The reply for who only looks; may be made on any thread. */
  LocalReply made(Page page) {
    return made(200, page);
  }

  private LocalReply made(int status, Page page) {
    return takesJson(head)
        ? Replies.of(status, JSON, page.json())
        : Replies.text(status, page.text());
  }

  /** Tells why it is not. */
  void refuse(Refused refused) {
    log(refused.status(), ": " + refused.why());
    exchange.reply(refusal(head, refused));
  }

  /** Goes on, on the event loop, when something is done that was asked for. */
  <T> void then(CompletableFuture<T> doing, Consumer<T> next) {
    doing.whenCompleteAsync(
        (result, failure) -> {
          if (failure == null) {
            next.accept(result);
          } else if (failure instanceof CancellationException) {
            exchange.reply(LocalReply.of(Fault.of(Reason.STOPPED)));
          } else {
            LOG.error("{}: {} {} failed", by, head.method(), head.path(), failure);
            exchange.reply(LocalReply.of(Fault.of(Reason.INTERNAL_ERROR, failure)));
          }
        },
        loop());
  }

  private void log(int status, String why) {
    if (operation.writes()) {
      String line = head.method() + " " + head.target() + words() + ", " + status + why;
      LOG.info("{}: {}", by, line.replaceAll("\\p{Cntrl}", "?")); // a line is one line
    }
  }

  /** What was said in content, and so not in the target. */
  private String words() {
    return head.hasContent() ? " " + said : "";
  }

  static boolean takesJson(RequestHead head) {
    AsciiString accept = head.fields().get(FieldNames.ACCEPT);
    return accept != null && accept.contains(JSON);
  }

  static LocalReply refusal(RequestHead head, Refused refused) {
    int status = refused.status();
    LocalReply reply =
        takesJson(head)
            ? Replies.of(status, JSON, Page.json(to -> to.writeStringField("error", refused.why())))
            : Replies.text(status, refused.why() + "\n");
    return status == 401 ? reply.with(FieldNames.WWW_AUTHENTICATE, BEARER) : reply;
  }
}
