package io.postern.cli;

import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What was given for the options of a command: {@code --name value}, {@code --name=value} or {@code
 * -n value}, the last where there is more than one.
 *
 * <p>Read here and not by a library: the classes of one that finds options by reflection took a
 * quarter of the processor time of a start.
 */
final class Arguments {

  private final Map<Option, String> given = new HashMap<>();

  private Arguments() {}

  /**
   * Reads what follows the name of a command.
   *
   * @throws MisuseException where a word is none of the options, or an option has no value
   */
  static Arguments read(List<Option> options, List<String> words) throws MisuseException {
    Arguments arguments = new Arguments();
    for (Iterator<String> left = words.iterator(); left.hasNext(); ) {
      String word = left.next();
      int equals = word.startsWith("--") ? word.indexOf('=') : -1;
      String name = equals < 0 ? word : word.substring(0, equals);
      Option option = named(name, options);
      if (equals < 0 && !left.hasNext()) {
        throw new MisuseException(name + " wants a value: " + option.value());
      }
      arguments.given.put(option, equals < 0 ? left.next() : word.substring(equals + 1));
    }
    return arguments;
  }

  private static Option named(String name, List<Option> options) throws MisuseException {
    return options.stream()
        .filter(option -> option.names().contains(name))
        .findFirst()
        .orElseThrow(() -> new MisuseException("nothing here is called " + name));
  }

  /** The value of an option, where it was given. */
  Optional<String> value(Option option) {
    return Optional.ofNullable(given.get(option));
  }
}
