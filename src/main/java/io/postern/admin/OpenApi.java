package io.postern.admin;

import com.fasterxml.jackson.core.JsonGenerator;
import io.postern.admin.Operation.Answer;
import io.postern.admin.Operation.Parameter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** The document that describes the API (OpenAPI 3.1), made of the operations that it has. */
final class OpenApi {

  private static final String PATH = "openapi.json";

  private final JsonGenerator to;

  private OpenApi(JsonGenerator to) {
    this.to = to;
  }

  /** That tells the document, in which it is itself. */
  static Operation operation(List<Operation> others) {
    List<Operation> all = new ArrayList<>(others);
    byte[][] made = new byte[1][];
    Operation itself =
        Operation.get(
            PATH,
            "This document.",
            List.of(),
            new Answer.Other("application/json"),
            ask -> {
              if (made[0] == null) {
                made[0] = document(all);
              }
              ask.exchange().reply(Replies.of(200, Ask.JSON, made[0]));
            });
    all.add(itself);
    return itself;
  }

  private static byte[] document(List<Operation> all) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator to = Page.JSON.createGenerator(bytes).useDefaultPrettyPrinter()) {
      to.writeStartObject();
      new OpenApi(to).write(all);
      to.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException(e); // memory takes all that is written
    }
    return bytes.toByteArray();
  }

  private void write(List<Operation> all) throws IOException {
    to.writeStringField("openapi", "3.1.0");
    to.writeObjectFieldStart("info");
    to.writeStringField("title", "Postern");
    to.writeStringField("version", "1");
    to.writeStringField(
        "description",
        "What those who run a proxy ask of it and have done. Where the config lists tokens, each"
            + " request has to show one; else only the machine itself may ask. Parameters may"
            + " stand in the query or, but for a GET, as members of a JSON object.");
    to.writeEndObject();
    to.writeObjectFieldStart("paths");
    Map<String, List<Operation>> paths = new LinkedHashMap<>();
    all.forEach(each -> paths.computeIfAbsent(each.path(), any -> new ArrayList<>()).add(each));
    for (Map.Entry<String, List<Operation>> each : paths.entrySet()) {
      to.writeObjectFieldStart(Api.PREFIX + each.getKey());
      for (Operation operation : each.getValue()) {
        to.writeObjectFieldStart(operation.method().toLowerCase(Locale.ROOT));
        write(operation);
        to.writeEndObject();
      }
      to.writeEndObject();
    }
    to.writeEndObject();
    components();
  }

  private void write(Operation operation) throws IOException {
    to.writeStringField("summary", operation.summary());
    List<String> variables = operation.variables();
    to.writeArrayFieldStart("parameters");
    for (String each : variables) {
      parameter(Parameter.text(each, "Which " + each + "."), "path", true);
    }
    for (Parameter each : operation.parameters()) {
      parameter(each, "query", false);
    }
    to.writeEndArray();
    if (operation.writes() && !operation.parameters().isEmpty()) {
      content(operation.parameters());
    }
    to.writeObjectFieldStart("responses");
    response("200", "Done, or told.", operation.answer());
    if (operation.writes()) {
      response("409", "Not as it is now: the answer says why.", new Answer.Other("*/*"));
    }
    to.writeObjectFieldStart("default");
    to.writeStringField("$ref", "#/components/responses/Refused");
    to.writeEndObject();
    to.writeEndObject();
    to.writeArrayFieldStart("security");
    to.writeStartObject();
    to.writeEndObject();
    to.writeStartObject();
    to.writeArrayFieldStart("token");
    to.writeEndArray();
    to.writeEndObject();
    to.writeEndArray();
  }

  private void parameter(Parameter parameter, String in, boolean required) throws IOException {
    to.writeStartObject();
    to.writeStringField("name", parameter.name());
    to.writeStringField("in", in);
    to.writeBooleanField("required", required);
    to.writeStringField("description", parameter.doc());
    to.writeObjectFieldStart("schema");
    to.writeStringField("type", parameter.type());
    to.writeEndObject();
    to.writeEndObject();
  }

  /** The parameters once more, for who would rather send an object. */
  private void content(List<Parameter> parameters) throws IOException {
    to.writeObjectFieldStart("requestBody");
    to.writeBooleanField("required", false);
    to.writeObjectFieldStart("content");
    to.writeObjectFieldStart(Ask.JSON.toString());
    to.writeObjectFieldStart("schema");
    to.writeStringField("type", "object");
    to.writeBooleanField("additionalProperties", false);
    to.writeObjectFieldStart("properties");
    for (Parameter each : parameters) {
      to.writeObjectFieldStart(each.name());
      to.writeStringField("type", each.type());
      to.writeStringField("description", each.doc());
      to.writeEndObject();
    }
    to.writeEndObject();
    to.writeEndObject();
    to.writeEndObject();
    to.writeEndObject();
    to.writeEndObject();
  }

  private void response(String status, String description, Answer answer) throws IOException {
    to.writeObjectFieldStart(status);
    to.writeStringField("description", description);
    to.writeObjectFieldStart("content");
    switch (answer) {
      case Answer.One(Shape<?> shape) -> {
        to.writeObjectFieldStart(Ask.JSON.toString());
        to.writeObjectFieldStart("schema");
        shape.describe(to);
        to.writeEndObject();
        to.writeEndObject();
      }
      case Answer.Many(String name, Shape<?> shape) -> {
        to.writeObjectFieldStart(Ask.JSON.toString());
        to.writeObjectFieldStart("schema");
        Shape.of(Column.things(name, "All of them.", shape, any -> List.of())).describe(to);
        to.writeEndObject();
        to.writeEndObject();
      }
      case Answer.Other(String mediaType) -> {
        to.writeObjectFieldStart(mediaType);
        to.writeEndObject();
      }
    }
    to.writeEndObject();
    to.writeEndObject();
  }

  private void components() throws IOException {
    to.writeObjectFieldStart("components");
    to.writeObjectFieldStart("securitySchemes");
    to.writeObjectFieldStart("token");
    to.writeStringField("type", "http");
    to.writeStringField("scheme", "bearer");
    to.writeEndObject();
    to.writeEndObject();
    to.writeObjectFieldStart("responses");
    Shape<String> refused =
        Shape.of(Column.text("error", "Why it is not done, or not told.", text -> text));
    to.writeObjectFieldStart("Refused");
    to.writeStringField("description", "It is not done, or not told.");
    to.writeObjectFieldStart("content");
    to.writeObjectFieldStart(Ask.JSON.toString());
    to.writeObjectFieldStart("schema");
    refused.describe(to);
    to.writeEndObject();
    to.writeEndObject();
    to.writeEndObject();
    to.writeEndObject();
    to.writeEndObject();
    to.writeEndObject();
  }
}
