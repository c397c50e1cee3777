package io.postern.config;

import io.postern.config.Place.Position;
import io.postern.config.Tree.Entry;
import io.postern.config.Tree.Items;
import io.postern.config.Tree.Refused;
import io.postern.config.Tree.Section;
import io.postern.config.Tree.Text;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.events.AliasEvent;
import org.yaml.snakeyaml.events.CollectionStartEvent;
import org.yaml.snakeyaml.events.Event;
import org.yaml.snakeyaml.events.MappingStartEvent;
import org.yaml.snakeyaml.events.ScalarEvent;
import org.yaml.snakeyaml.parser.ParserImpl;
import org.yaml.snakeyaml.reader.StreamReader;

/**
 * From text to a {@link Tree}. It is built from the parser's events, so that no object is ever
 * constructed and nothing is resolved. Aliases, merges and tags are refused: with them one value
 * would have two key paths, or a small file a huge tree.
 */
final class TreeReader {

  /** Twice as deep as any key lies. */
  private static final int MAX_DEPTH = 16;

  private final ParserImpl parser;
  private final String expected;
  private final Report report;
  private int depth;

  private TreeReader(String text, String expected, Report report) {
    LoaderOptions options = new LoaderOptions();
    options.setCodePointLimit(Integer.MAX_VALUE); // its bytes were bounded
    this.parser = new ParserImpl(new StreamReader(text), options);
    this.expected = expected;
    this.report = report;
  }

  /**
   * The one document of a text; null where there is none, or it is not YAML.
   *
   * @param expected what it should be, in words
   */
  static @Nullable Tree read(String text, String expected, Report report) {
    try {
      return new TreeReader(text, expected, report).document();
    } catch (MarkedYAMLException e) {
      report.problem(position(mark(e)), "", "not valid YAML: " + explanation(e), "");
      return null;
    } catch (YAMLException e) {
      String what = "not valid YAML: " + Report.printable(String.valueOf(e.getMessage()));
      report.problem(new Position(1, 1), "", what, "");
      return null;
    }
  }

  private @Nullable Tree document() {
    parser.getEvent();
    if (parser.checkEvent(Event.ID.StreamEnd)) {
      return empty(new Position(1, 1));
    }
    parser.getEvent();
    Tree root = node("");
    parser.getEvent();
    if (!parser.checkEvent(Event.ID.StreamEnd)) {
      Position at = position(parser.peekEvent().getStartMark());
      report.problem(at, "", "a second document begins here", "one document");
    }
    return root instanceof Text text && text.isNothing() ? empty(text.position()) : root;
  }

  private @Nullable Tree empty(Position at) {
    report.problem(at, "", "there is nothing in the file", expected);
    return null;
  }

  private Tree node(String path) {
    Event event = parser.getEvent();
    Position at = position(event.getStartMark());
    if (event instanceof ScalarEvent scalar) {
      return tagged(scalar.getTag())
          ? refuseTag(at, path)
          : new Text(at, scalar.getValue(), scalar.isPlain());
    }
    if (event instanceof AliasEvent) {
      report.problem(at, path, "aliases are not read here", "the value itself");
      return new Refused(at);
    }
    return collection((CollectionStartEvent) event, at, path);
  }

  private Tree collection(CollectionStartEvent event, Position at, String path) {
    if (depth == MAX_DEPTH) {
      skipCollection();
      report.problem(at, path, "is nested too deeply", "");
      return new Refused(at);
    }
    depth++;
    Tree tree = event instanceof MappingStartEvent ? section(at, path) : items(at, path);
    depth--;
    return tagged(event.getTag()) ? refuseTag(at, path) : tree;
  }

  private Tree items(Position at, String path) {
    List<Tree> items = new ArrayList<>();
    while (!parser.checkEvent(Event.ID.SequenceEnd)) {
      items.add(node(path + "[" + items.size() + "]"));
    }
    parser.getEvent();
    return new Items(at, Collections.unmodifiableList(items));
  }

  private Tree section(Position at, String path) {
    Map<String, Entry> entries = new LinkedHashMap<>();
    while (!parser.checkEvent(Event.ID.MappingEnd)) {
      entry(path, entries);
    }
    parser.getEvent();
    return new Section(at, Collections.unmodifiableMap(entries));
  }

  private void entry(String path, Map<String, Entry> entries) {
    Tree key = node(path);
    if (!(key instanceof Text text)) {
      if (!(key instanceof Refused)) {
        report.problem(key.position(), path, key.kind() + " stands for a key", "a plain key");
      }
      node(path);
      return;
    }
    String below = Place.below(path, text.raw());
    Tree value = node(below);
    if (text.plain() && text.raw().equals("<<")) {
      report.problem(key.position(), path, "merge keys are not read here", "the keys themselves");
      return;
    }
    Entry first = entries.putIfAbsent(text.raw(), new Entry(key.position(), value));
    if (first != null) {
      String what = "is written twice, first in line " + first.key().line();
      report.problem(key.position(), below, what, "each key once");
    }
  }

  private void skipCollection() {
    for (int open = 1; open > 0; ) {
      Event event = parser.getEvent();
      if (event instanceof CollectionStartEvent) {
        open++;
      } else if (event.is(Event.ID.SequenceEnd) || event.is(Event.ID.MappingEnd)) {
        open--;
      }
    }
  }

  private static boolean tagged(@Nullable String tag) {
    return tag != null && !tag.equals("!");
  }

  private Tree refuseTag(Position at, String path) {
    report.problem(at, path, "tags are not read here", "the value without its tag");
    return new Refused(at);
  }

  private static Mark mark(MarkedYAMLException e) {
    return e.getProblemMark() != null ? e.getProblemMark() : e.getContextMark();
  }

  private static String explanation(MarkedYAMLException e) {
    String context = e.getContext();
    return Report.printable(e.getProblem() + (context == null ? "" : ", " + context));
  }

  private static Position position(@Nullable Mark mark) {
    return mark == null
        ? new Position(1, 1)
        : new Position(mark.getLine() + 1, mark.getColumn() + 1);
  }
}
