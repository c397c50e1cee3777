package io.postern.admin;

import static io.postern.admin.Column.text;
import static io.postern.admin.Column.time;
import static io.postern.admin.Column.whole;

import io.netty.buffer.ByteBufUtil;
import io.netty.util.AsciiString;
import io.postern.admin.Operation.Answer;
import io.postern.observe.Capture;
import io.postern.observe.Captures;
import io.postern.runtime.ProxyRuntime;
import java.util.List;

/** The last requests and responses whose heads were refused. */
final class CaptureResource {

  private static final int ROW = 16;

  private static final Shape<Capture> CAPTURES =
      Shape.of(
          whole("number", "Counts all that were refused; 1 is the first.", Capture::number),
          time("at", "When.", Capture::at),
          text("listener", "By which the client came.", Capture::listener),
          text("client", "Who it is.", Capture::client),
          text("tenant", "Null for nobody's.", Capture::tenant),
          text("server", "Whose response it is; null for a request.", Capture::server),
          text("reason", "As in the access log.", Capture::reason),
          text("detail", "What exactly.", Capture::detail),
          text("bytes", "As they came, in hex, secrets as asterisks.", each -> hex(each.bytes())),
          text("shown", "The same as text; other bytes are dots.", each -> shown(each.bytes())),
          whole("from", "Where in them the line begins that was refused.", Capture::from),
          whole("to", "Where it ends.", Capture::to));

  private static final Shape<Integer> FORGOTTEN =
      Shape.of(whole("forgotten", "How many there were.", each -> each));

  private final ProxyRuntime runtime;

  CaptureResource(ProxyRuntime runtime) {
    this.runtime = runtime;
  }

  List<Operation> operations() {
    return List.of(
        Operation.get(
            "captures",
            "The last requests and responses whose heads were refused, with their bytes.",
            List.of(),
            new Answer.Many("captures", CAPTURES),
            this::list),
        Operation.delete(
            "captures",
            "Forgets them.",
            List.of(),
            new Answer.One(FORGOTTEN),
            ask -> {
              int forgotten = captures().clear();
              ask.reply(Page.one(FORGOTTEN, forgotten, () -> forgotten + " captures\n"));
            }));
  }

  private Captures captures() {
    return runtime.insight().captures();
  }

  private void list(Ask ask) {
    List<Capture> all = captures().all();
    StringBuilder text = new StringBuilder();
    all.forEach(each -> tell(text, each));
    ask.reply(Page.list("captures", CAPTURES, all).saying(text::toString));
  }

  private static void tell(StringBuilder text, Capture capture) {
    String whose = capture.server() == null ? "request" : "response of " + capture.server();
    String tenant = capture.tenant() == null ? "" : " of tenant " + capture.tenant();
    text.append(
        "%d. %s, listener %s, %s%s: %s: %s%n%s%n"
            .formatted(
                capture.number(),
                capture.at(),
                capture.listener(),
                capture.client(),
                tenant,
                whose,
                capture.reason(),
                capture.detail().isEmpty() ? "" : "  " + capture.detail()));
    rows(text, capture);
    text.append('\n');
  }

  /** Sixteen bytes a row; a row has {@code >} before it that has some of the refused line. */
  private static void rows(StringBuilder text, Capture capture) {
    AsciiString bytes = capture.bytes();
    for (int at = 0; at < bytes.length(); at += ROW) {
      int end = Math.min(at + ROW, bytes.length());
      boolean refused = capture.from() < end && at < capture.to();
      AsciiString row = bytes.subSequence(at, end);
      text.append(
          "%s %04x  %-48s %s%n"
              .formatted(refused ? ">" : " ", at, hex(row).replaceAll("..", "$0 "), shown(row)));
    }
  }

  private static String hex(AsciiString bytes) {
    return ByteBufUtil.hexDump(bytes.toByteArray());
  }

  private static String shown(AsciiString bytes) {
    StringBuilder shown = new StringBuilder(bytes.length());
    for (int at = 0; at < bytes.length(); at++) {
      byte b = bytes.byteAt(at);
      shown.append(b >= ' ' && b <= '~' ? (char) b : '.');
    }
    return shown.toString();
  }
}
