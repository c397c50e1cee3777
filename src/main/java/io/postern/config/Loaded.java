package io.postern.config;

import java.util.List;

/** What came of reading a config. */
public sealed interface Loaded {

  /** What is allowed but surely not meant, in the order of the file. */
  List<Problem> warnings();

  /** A config without problems. */
  record Valid(Config config, List<Problem> warnings) implements Loaded {}

  /**
   * No config.
   *
   * @param problems one at least, in the order of the file
   */
  record Invalid(List<Problem> problems, List<Problem> warnings) implements Loaded {}
}
