package io.postern.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** The access log. */
public record AccessLogConfig(
    Place place,
    @Default("json") @Doc("How a line is written.") Format format,
    @Default("stdout") @Doc("Where lines go.") Target to,
    @Doc("The file, with `to: file`; opened anew on SIGUSR1.") @Nullable Path file) {

  /** How a line is written. */
  public enum Format {
    JSON
  }

  /** Where lines go. */
  public enum Target {
    STDOUT,
    FILE
  }
}
