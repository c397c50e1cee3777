package io.postern.cli;

import java.io.Console;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Colours of words that say how something is, where a terminal shows them. */
final class Colours {

  private static final String GREEN = "32";
  private static final String YELLOW = "33";
  private static final String RED = "31";

  private static final Map<String, String> OF_WORDS =
      Map.ofEntries(
          Map.entry("ready", GREEN),
          Map.entry("starting", YELLOW),
          Map.entry("draining", YELLOW),
          Map.entry("drain", YELLOW),
          Map.entry("maint", YELLOW),
          Map.entry("ejected", YELLOW),
          Map.entry("stopped", RED),
          Map.entry("refused", RED),
          Map.entry("down", RED));

  /** Words by themselves: parts of a name, as in {@code ready-pool}, are none. */
  private static final Pattern WORDS =
      Pattern.compile("(?<![\\w.-])(" + String.join("|", OF_WORDS.keySet()) + ")(?![\\w.-])");

  private Colours() {}

  /** A text for the standard output: as it is where no terminal shows it, or NO_COLOR is set. */
  static String of(String text) {
    String never = System.getenv("NO_COLOR");
    return Optional.ofNullable(System.console()).filter(Console::isTerminal).isPresent()
            && (never == null || never.isEmpty())
        ? painted(text)
        : text;
  }

  /** With colours. */
  static String painted(String text) {
    return WORDS
        .matcher(text)
        .replaceAll(
            word ->
                Matcher.quoteReplacement(
                    "\u001b[" + OF_WORDS.get(word.group()) + "m" + word.group() + "\u001b[0m"));
  }
}
