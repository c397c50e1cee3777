package io.postern.health;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;
import io.postern.config.ActiveCheck;
import io.postern.config.ActiveCheck.BodyMatch;
import io.postern.config.RouteConfig.ValueMatch;
import io.postern.http.FieldNames;
import io.postern.http.Fields;
import io.postern.http.ResponseHead;
import io.postern.route.ValueTest;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Looks at the response to a check of HTTP: its status, its fields, and its content as far as that
 * is asked for.
 *
 * <p>Owned by the event loop of its check.
 */
final class HttpExaminer implements Examiner {

  private final ActiveCheck expected;
  private final Held held = new Held();

  HttpExaminer(ActiveCheck expected) {
    this.expected = expected;
  }

  @Override
  public @Nullable String head(ResponseHead head, boolean last) {
    if (!expected.expect().contains(head.status())) {
      return "status " + head.status();
    }
    for (Map.Entry<String, ValueMatch> each : expected.expectHeaders().entrySet()) {
      ValueTest test = ValueTest.of(each.getValue());
      if (!test.passes(meets(head.fields(), each.getKey(), test))) {
        return "the field " + each.getKey() + " " + test.missed();
      }
    }
    BodyMatch body = expected.expectBody();
    return body == null ? GOOD : last ? verdict(body) : null;
  }

  private static boolean meets(Fields fields, String name, ValueTest test) {
    AsciiString known = Objects.requireNonNull(FieldNames.lowerCase(AsciiString.of(name)));
    for (int at = fields.indexOf(known, 0); at >= 0; at = fields.indexOf(known, at + 1)) {
      if (test.meets(fields.value(at))) {
        return true;
      }
    }
    return false;
  }

  @Override
  public @Nullable String content(ByteBuf piece, boolean last) {
    held.add(piece);
    BodyMatch body = expected.expectBody();
    return body != null && (last || held.isFull()) ? verdict(body) : null;
  }

  @Override
  public @Nullable String trailers(Fields trailers) {
    BodyMatch body = expected.expectBody();
    return body == null ? null : verdict(body);
  }

  private String verdict(BodyMatch body) {
    String text = new String(held.bytes(), UTF_8);
    if (body.regex() != null) {
      boolean found = body.regex().matcher(text).find();
      return found ? GOOD : "the content is not matched by `" + body.regex() + "`";
    }
    String part = String.valueOf(body.contains());
    return text.contains(part) ? GOOD : "the content does not contain `" + part + "`";
  }
}
