package io.postern.admin;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.netty.util.AsciiString;
import io.postern.fault.Fault;
import io.postern.fault.Reason;
import io.postern.http.DownstreamConnection;
import io.postern.http.FieldNames;
import io.postern.http.LocalReply;
import io.postern.http.RequestHead;
import io.postern.observe.SparseLog;
import java.io.IOException;
import java.net.URLDecoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What those who run the proxy ask and have done from programs, below {@value #PREFIX}. Who takes
 * JSON is given that, others lines of text.
 */
final class Api implements LocalExchange.Site {

  static final String PREFIX = "/api/v1/";

  private static final Logger LOG = LoggerFactory.getLogger(Api.class);

  private final SparseLog turnedAway = new SparseLog(LOG);
  private final Access access;
  private final List<Operation> operations;

  /** Made of these; whatever else is asked for is answered 404. */
  Api(Access access, List<Operation> operations) {
    this.access = access;
    List<Operation> all = new ArrayList<>(operations);
    all.add(OpenApi.operation(all));
    this.operations = List.copyOf(all);
  }

  List<Operation> operations() {
    return operations;
  }

  static boolean isOurs(RequestHead request) {
    return request.path().toString().startsWith(PREFIX);
  }

  /** Which methods, is said by each path; content is taken only from those who may send it. */
  @Override
  public boolean takes(RequestHead request, DownstreamConnection from) {
    admit(request, from, true);
    return true;
  }

  /** Who is turned away is told of: somebody may be trying. */
  private String admit(RequestHead request, DownstreamConnection from, boolean writes) {
    try {
      return access.admit(request, from, writes);
    } catch (Refused e) {
      turnedAway.warn(
          () ->
              "%s %s from %s is turned away: %d, %s"
                  .formatted(request.method(), request.path(), from.whence(), e.status(), e.why()));
      throw e;
    }
  }

  @Override
  public void answer(RequestHead request, byte[] content, LocalExchange exchange) {
    try {
      admit(request, exchange.from(), false);
      answer(request, steps(request), content, exchange);
    } catch (Refused e) {
      exchange.reply(Ask.refusal(request, e));
    }
  }

  private void answer(
      RequestHead request, List<String> steps, byte[] content, LocalExchange exchange) {
    String method = request.isHead() ? "GET" : request.method().toString();
    Set<String> methods = new TreeSet<>();
    for (Operation each : operations) {
      Map<String, String> variables = each.match(steps);
      if (variables != null && each.method().equals(method)) {
        answer(each, variables, request, content, exchange);
        return;
      } else if (variables != null) {
        methods.add(each.method());
      }
    }
    if (steps.equals(List.of(""))) {
      exchange.reply(Replies.text(200, index()));
    } else if (methods.isEmpty()) {
      throw new Refused(404, "there is no such thing; " + PREFIX + " lists what there is");
    } else {
      notThat(methods, request, exchange);
    }
  }

  private static void notThat(Set<String> methods, RequestHead request, LocalExchange exchange) {
    String allowed = String.join(", ", methods);
    LocalReply reply = Ask.refusal(request, new Refused(405, "only " + allowed));
    reply.fields().add(FieldNames.ALLOW, AsciiString.of(allowed));
    exchange.reply(reply);
  }

  /** The steps of the path, decoded. */
  private static List<String> steps(RequestHead request) {
    String path = request.path().toString().substring(PREFIX.length());
    return Arrays.stream(path.split("/", -1))
        .map(step -> decoded(step.replace("+", "%2B")))
        .toList();
  }

  private static String decoded(String text) {
    try {
      return URLDecoder.decode(text, UTF_8);
    } catch (IllegalArgumentException e) {
      throw new Refused(400, text + " has an escape that is none");
    }
  }

  private void answer(
      Operation operation,
      Map<String, String> variables,
      RequestHead request,
      byte[] content,
      LocalExchange exchange) {
    String by = admit(request, exchange.from(), operation.writes());
    Map<String, String> said = said(operation, request, content);
    said.putAll(variables);
    Ask ask = new Ask(operation, request, exchange, said, by);
    try {
      operation.handler().handle(ask);
    } catch (Refused e) {
      ask.refuse(e);
    } catch (RuntimeException e) {
      LOG.error("{} {} cannot be answered", request.method(), request.path(), e);
      exchange.reply(LocalReply.of(Fault.of(Reason.INTERNAL_ERROR, e)));
    }
  }

  /** The parameters, from the query and the content, all of which the operation knows. */
  private static Map<String, String> said(
      Operation operation, RequestHead request, byte[] content) {
    Map<String, String> said = new HashMap<>();
    for (String each : request.query().toString().split("&", -1)) {
      int equals = each.indexOf('=');
      if (!each.isEmpty()) {
        String name = equals < 0 ? each : each.substring(0, equals);
        String value = equals < 0 ? "" : decoded(each.substring(equals + 1));
        said.merge(decoded(name), value, (one, other) -> one + "\n" + other);
      }
    }
    if (content.length > 0) {
      AsciiString type = request.fields().get(FieldNames.CONTENT_TYPE);
      if (type == null || !type.startsWith(Ask.JSON)) {
        throw new Refused(415, "content is taken as application/json only");
      }
      said.putAll(members(content));
    }
    Set<String> known =
        operation.parameters().stream()
            .map(Operation.Parameter::name)
            .collect(Collectors.toCollection(TreeSet::new));
    for (String name : said.keySet()) {
      if (!known.contains(name)) {
        throw new Refused(
            400, "there is no parameter " + name + " (there is " + listed(known) + ")");
      }
    }
    return said;
  }

  private static String listed(Set<String> names) {
    return names.isEmpty() ? "none" : String.join(", ", names);
  }

  /** Those of one flat object. */
  private static Map<String, String> members(byte[] content) {
    Map<String, String> members = new HashMap<>();
    try (JsonParser from = Page.JSON.createParser(content)) {
      if (from.nextToken() != JsonToken.START_OBJECT) {
        throw new Refused(400, "the content is no JSON object");
      }
      String name = from.nextFieldName();
      while (name != null) {
        member(name, from.nextToken(), from.getText(), members);
        name = from.nextFieldName();
      }
    } catch (IOException e) {
      throw new Refused(400, "the content is no JSON object: " + firstLine(e));
    }
    return members;
  }

  private static void member(
      String name, @Nullable JsonToken kind, String text, Map<String, String> members) {
    if (kind == null || !kind.isScalarValue()) {
      throw new Refused(400, name + " is no text, number or truth value");
    }
    if (kind != JsonToken.VALUE_NULL) {
      members.put(name, text);
    }
  }

  private static String firstLine(IOException e) {
    return String.valueOf(e.getMessage()).lines().findFirst().orElse("");
  }

  private String index() {
    int longest = operations.stream().mapToInt(each -> each.path().length()).max().orElse(0);
    StringBuilder text = new StringBuilder();
    for (Operation each : operations) {
      String room = " ".repeat(longest - each.path().length());
      text.append("%-7s%s%s%s  ".formatted(each.method(), PREFIX, each.path(), room))
          .append(each.summary())
          .append('\n');
    }
    return text.toString();
  }
}
