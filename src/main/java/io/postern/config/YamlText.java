package io.postern.config;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.DumperOptions.FlowStyle;
import org.yaml.snakeyaml.DumperOptions.ScalarStyle;
import org.yaml.snakeyaml.Yaml;

/**
 * A config as a file that says the same: what was written, with variables put in, and as comments
 * what holds because nothing was. Of secrets, and of what has the content of a file in it, it tells
 * no more than that they are there.
 */
public final class YamlText {

  private static final String STEP = "  ";
  private static final String COMMENT = "# ";
  private static final String HIDDEN = "***";

  private final Yaml yaml;
  private final Yaml lines;

  private YamlText() {
    yaml = new Yaml(options(ScalarStyle.PLAIN));
    lines = new Yaml(options(ScalarStyle.DOUBLE_QUOTED));
  }

  private static DumperOptions options(ScalarStyle style) {
    DumperOptions options = new DumperOptions();
    options.setDefaultFlowStyle(FlowStyle.FLOW);
    options.setDefaultScalarStyle(style);
    options.setSplitLines(false);
    options.setWidth(Integer.MAX_VALUE);
    return options;
  }

  /** The file. */
  public static String of(Config config) {
    return String.join("\n", new YamlText().section(config, true)) + "\n";
  }

  /**
   * What was written comes first, so that a list's hyphen stands before something.
   *
   * @param marks whether what was not is a comment; it is in one already where not
   */
  private List<String> section(Record section, boolean marks) {
    Place place = SectionShape.place(section);
    List<String> written = new ArrayList<>();
    List<String> left = new ArrayList<>();
    for (KeyShape key : SectionShape.of(section.getClass()).keys()) {
      Object value = key.valueIn(section);
      if (value != null && (!marks || place.keys().containsKey(key.name()))) {
        Object told = place.isSecret(key.name()) ? hidden(value) : value;
        written.addAll(under(key.name() + ":", told, marks));
      } else if (value != null) {
        under(key.name() + ":", value, false).forEach(line -> left.add(COMMENT + line));
      }
    }
    written.addAll(left);
    return written;
  }

  /** Lines that begin with what leads to a value: a key, or a hyphen. */
  private List<String> under(String lead, Object value, boolean marks) {
    List<String> below = block(value, marks);
    if (below.isEmpty()) {
      return List.of(lead + " " + flow(value));
    }
    List<String> told = new ArrayList<>();
    boolean onlyComments = below.getFirst().startsWith(COMMENT);
    if (lead.equals("-") && !onlyComments) {
      told.add(lead + " " + below.getFirst());
      below = below.subList(1, below.size());
    } else {
      told.add(onlyComments ? lead + " {}" : lead);
    }
    below.forEach(line -> told.add(STEP + line));
    return told;
  }

  /** The lines of what has some of its own; none for what stands on the line of its key. */
  private List<String> block(Object value, boolean marks) {
    List<String> told = new ArrayList<>();
    if (value instanceof List<?> list && list.stream().anyMatch(YamlText::isSection)) {
      list.forEach(each -> told.addAll(under("-", each, marks)));
    } else if (value instanceof Map<?, ?> map) {
      map.forEach((name, each) -> told.addAll(under(flow(name.toString()) + ":", each, marks)));
    } else if (value instanceof Record record && isSection(record)) {
      told.addAll(section(record, marks));
    }
    return told;
  }

  /**
   * What there is where a file is put in: sections know for themselves which of their values that
   * is.
   */
  private static Object hidden(Object value) {
    return switch (value) {
      case List<?> list when list.stream().noneMatch(YamlText::isSection) -> List.of(HIDDEN);
      case Map<?, ?> map when map.values().stream().noneMatch(YamlText::isSection) -> {
        Map<Object, Object> names = new LinkedHashMap<>();
        map.keySet().forEach(name -> names.put(name, HIDDEN));
        yield names;
      }
      case List<?> list -> list;
      case Map<?, ?> map -> map;
      default -> isSection(value) ? value : HIDDEN;
    };
  }

  private static boolean isSection(Object value) {
    return SectionShape.isSection(value.getClass());
  }

  private String flow(Object value) {
    if (value instanceof Map<?, ?> || isSection(value)) {
      return "{}"; // it would be a block if there were anything in it
    }
    Object plain =
        value instanceof List<?> list ? list.stream().map(YamlText::plain).toList() : plain(value);
    return (plain.toString().contains("\n") ? lines : yaml).dump(plain).strip();
  }

  private static Object plain(Object value) {
    boolean same = value instanceof Integer || value instanceof Boolean;
    return same ? value : ValueText.of(value).replace("${", "$${"); // put in no second time
  }
}
