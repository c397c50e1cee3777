package io.postern.config;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The JSON Schema (2020-12) of the config file, for editors: made from the same records that the
 * file is read into. It knows each key by itself; what must hold between keys, only the loader
 * knows.
 */
public final class ConfigSchema {

  /** A value that environment variables or secrets are put into can be anything. */
  private static final String EXPANDED = "\\$\\{";

  private final JsonGenerator json;

  private ConfigSchema(JsonGenerator json) {
    this.json = json;
  }

  /** The schema, indented, ending with a line feed; the same text for the same records. */
  public static String json() {
    StringWriter text = new StringWriter();
    DefaultIndenter indenter = new DefaultIndenter("  ", "\n");
    DefaultPrettyPrinter printer =
        new DefaultPrettyPrinter(
                Separators.createDefaultInstance()
                    .withObjectFieldValueSpacing(Separators.Spacing.AFTER))
            .withObjectIndenter(indenter)
            .withArrayIndenter(indenter);
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      json.setPrettyPrinter(printer);
      new ConfigSchema(json).root();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return text + "\n";
  }

  private void root() throws IOException {
    json.writeStartObject();
    json.writeStringField("$schema", "https://json-schema.org/draft/2020-12/schema");
    json.writeStringField("title", "The config of Postern");
    section(SectionShape.of(Config.class));
    json.writeObjectFieldStart("$defs");
    for (ScalarType scalar : ScalarType.ALL) {
      if (scalar.type() != Boolean.class) {
        scalar(scalar);
      }
    }
    json.writeEndObject();
    json.writeEndObject();
  }

  private void section(SectionShape shape) throws IOException {
    json.writeStringField("type", "object");
    json.writeBooleanField("additionalProperties", false);
    List<String> required =
        shape.keys().stream().filter(KeyShape::isRequired).map(KeyShape::name).toList();
    if (!required.isEmpty()) {
      strings("required", required);
    }
    json.writeObjectFieldStart("properties");
    for (KeyShape key : shape.keys()) {
      json.writeObjectFieldStart(key.name());
      json.writeStringField("description", description(key));
      defaultValue(key);
      value(key, key.type());
      json.writeEndObject();
    }
    json.writeEndObject();
  }

  private static String description(KeyShape key) {
    Range range = key.range();
    return range == null
        ? key.doc()
        : key.doc() + " From " + range.min() + " to " + range.max() + ".";
  }

  private void defaultValue(KeyShape key) throws IOException {
    String text = key.defaultText();
    if (text == null) {
      return;
    }
    json.writeFieldName("default");
    Class<?> type = KeyShape.rawType(key.type());
    if (type == Map.class || type == List.class || SectionShape.isSection(type)) {
      json.writeRawValue(text);
    } else if (type == int.class) {
      json.writeNumber(Integer.parseInt(text));
    } else {
      json.writeString(text);
    }
  }

  private void value(KeyShape key, Type type) throws IOException {
    Class<?> raw = KeyShape.rawType(type);
    if (raw == List.class) {
      collection(key, "array", "items", "minItems", KeyShape.argument(type));
    } else if (raw == Map.class) {
      names(key, KeyShape.rawType(KeyShape.argument(type)));
      collection(key, "object", "additionalProperties", "minProperties", KeyShape.argument(type));
    } else if (SectionShape.isSection(raw)) {
      sectionOrShorthand(SectionShape.of(raw));
    } else if (raw.isEnum()) {
      constants(raw);
    } else if (key.range() != null && raw == int.class) {
      number(key.range());
    } else {
      text(key, ScalarType.of(raw));
    }
  }

  private void collection(KeyShape key, String type, String below, String least, Type element)
      throws IOException {
    json.writeStringField("type", type);
    if (key.isNonEmpty()) {
      json.writeNumberField(least, 1);
    }
    json.writeObjectFieldStart(below);
    value(key, element);
    json.writeEndObject();
  }

  private void names(KeyShape key, Class<?> element) throws IOException {
    boolean named = SectionShape.isSection(element) && SectionShape.of(element).isNamed();
    String regex = named ? SectionShape.NAME : key.isByFieldName() ? SectionShape.TOKEN : ".+";
    json.writeObjectFieldStart("propertyNames");
    json.writeStringField("pattern", "^(" + regex + ")$");
    json.writeEndObject();
  }

  private void sectionOrShorthand(SectionShape shape) throws IOException {
    @Nullable KeyShape shorthand = shape.shorthand();
    if (shorthand == null) {
      section(shape);
      return;
    }
    json.writeArrayFieldStart("anyOf");
    json.writeStartObject();
    value(shorthand, shorthand.type());
    json.writeEndObject();
    json.writeStartObject();
    section(shape);
    json.writeEndObject();
    json.writeEndArray();
  }

  private void constants(Class<?> type) throws IOException {
    json.writeArrayFieldStart("anyOf");
    json.writeStartObject();
    strings("enum", List.of(type.getEnumConstants()).stream().map(ScalarType::written).toList());
    json.writeEndObject();
    string(EXPANDED);
    json.writeEndArray();
  }

  private void number(Range range) throws IOException {
    json.writeArrayFieldStart("anyOf");
    json.writeStartObject();
    json.writeStringField("type", "integer");
    json.writeNumberField("minimum", Integer.parseInt(range.min()));
    json.writeNumberField("maximum", Integer.parseInt(range.max()));
    json.writeEndObject();
    string(orExpanded(ScalarType.of(int.class).regex()));
    json.writeEndArray();
  }

  private void text(KeyShape key, ScalarType type) throws IOException {
    Matches matches = key.matches();
    if (matches == null) {
      json.writeStringField("$ref", "#/$defs/" + type.name());
    } else {
      pattern(matches.regex());
    }
  }

  private void scalar(ScalarType scalar) throws IOException {
    json.writeObjectFieldStart(scalar.name());
    json.writeStringField("description", scalar.expected());
    if (scalar.type() == boolean.class) {
      json.writeArrayFieldStart("anyOf");
      json.writeStartObject();
      json.writeStringField("type", "boolean");
      json.writeEndObject();
      string(orExpanded(scalar.regex()));
      json.writeEndArray();
    } else if (scalar.type() == String.class || scalar.type() == Secret.class) {
      strings("type", List.of("string", "number", "boolean"));
    } else {
      pattern(scalar.regex());
    }
    json.writeEndObject();
  }

  /** Text where YAML may see a number or a boolean, which the loader reads as it stands. */
  private void pattern(String regex) throws IOException {
    strings("type", List.of("string", "number", "boolean"));
    json.writeStringField("pattern", orExpanded(regex));
  }

  private void string(String regex) throws IOException {
    json.writeStartObject();
    json.writeStringField("type", "string");
    json.writeStringField("pattern", regex);
    json.writeEndObject();
  }

  private static String orExpanded(String regex) {
    return "^(" + regex + ")$|" + EXPANDED;
  }

  private void strings(String name, List<String> values) throws IOException {
    json.writeArrayFieldStart(name);
    for (String value : values) {
      json.writeString(value);
    }
    json.writeEndArray();
  }
}
