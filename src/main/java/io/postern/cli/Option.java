package io.postern.cli;

import java.util.List;

/**
 * An option of a command; each takes one value.
 *
 * @param names how it is written, such as {@code -c} and {@code --config}
 * @param value what stands for its value in the usage
 * @param about one sentence, for the usage
 */
record Option(List<String> names, String value, String about) {

  /** As a line of the usage. */
  String usage() {
    return "  " + String.join(", ", names) + " " + value + "   " + about + "\n";
  }
}
