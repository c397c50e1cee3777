package io.postern.cli;

import org.jspecify.annotations.Nullable;

/**
 * A path with a query, as it is asked for.
 *
 * @param text what there is of it
 */
record Query(String text) {

  /** The same with one parameter more; the same where it has no value. */
  Query with(String name, @Nullable Object value) {
    if (value == null) {
      return this;
    }
    String more = name + "=" + AdminClient.encoded(value.toString());
    return new Query(text + (text.contains("?") ? "&" : "?") + more);
  }

  @Override
  public String toString() {
    return text;
  }
}
