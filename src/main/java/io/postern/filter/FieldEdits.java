package io.postern.filter;

import io.netty.util.AsciiString;
import io.postern.config.FieldEditsConfig;
import io.postern.config.Template;
import io.postern.http.FieldNames;
import io.postern.http.Fields;
import io.postern.observe.ExchangeRecord;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a route changes about the fields of a head: first fields are taken out, then others put in.
 * A field that is taken out goes also where its name has something else in place of a hyphen, since
 * servers make the same variable of both. Immutable and shared.
 */
public final class FieldEdits {

  private record Edit(AsciiString name, FieldValue value) {}

  private final FieldEditsConfig config;

  /** Names as servers understand them that make variables of names. */
  private final List<AsciiString> removed = new ArrayList<>();

  private final List<Edit> added = new ArrayList<>();

  private FieldEdits(FieldEditsConfig config) {
    this.config = config;
    config.remove().forEach(name -> removed.add(plain(name)));
    config.set().keySet().forEach(name -> removed.add(plain(name)));
    add(config.set());
    add(config.add());
  }

  private void add(Map<String, Template> values) {
    values.forEach((name, value) -> added.add(new Edit(name(name), FieldValue.compile(value))));
  }

  private static AsciiString name(String name) {
    return FieldNames.known(new AsciiString(name.toLowerCase(Locale.ROOT)));
  }

  private static AsciiString plain(String name) {
    return FieldNames.plain(name(name));
  }

  /** What a section of the config asks for; null where that is nothing. */
  public static @Nullable FieldEdits compile(FieldEditsConfig config) {
    FieldEdits edits = new FieldEdits(config);
    return edits.removed.isEmpty() && edits.added.isEmpty() ? null : edits;
  }

  /**
   * Changes the fields of a head.
   *
   * @param record what is known of the exchange by now
   */
  public void apply(Fields fields, ExchangeRecord record) {
    for (int i = 0; i < removed.size(); i++) {
      remove(fields, removed.get(i));
    }
    for (int i = 0; i < added.size(); i++) {
      Edit edit = added.get(i);
      AsciiString value = edit.value.of(record);
      if (value != null) {
        fields.add(edit.name, value);
      }
    }
  }

  private static void remove(Fields fields, AsciiString plain) {
    int i = 0;
    while (i < fields.size()) {
      AsciiString name = fields.name(i);
      if (FieldNames.isVariantOf(plain, name)) {
        fields.remove(name); // all of the name, and none of it stood before this one
      } else {
        i++;
      }
    }
  }

  /** What is changed, in words; without the values, which may be secret. */
  public String words() {
    return List.of(
            words("sets", List.copyOf(config.set().keySet())),
            words("adds", List.copyOf(config.add().keySet())),
            words("removes", config.remove()))
        .stream()
        .filter(each -> !each.isEmpty())
        .collect(Collectors.joining("; "));
  }

  private static String words(String what, List<String> names) {
    return names.isEmpty() ? "" : what + " " + String.join(", ", names);
  }
}
