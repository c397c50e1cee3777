package io.postern.config;

import io.postern.config.AccessLogConfig.Format;
import io.postern.config.AccessLogConfig.Target;

/** What must hold between the keys of the access log. */
final class AccessLogChecks {

  private AccessLogChecks() {}

  static void check(AccessLogConfig log, Report report) {
    checkTarget(log, report);
    if (log.format() == Format.HAPROXY && isClean(log, "format", report)) {
      refuse(log, "fields", "has no place in a line of HAProxy", report);
      refuse(log, "sample", "would make every count wrong: a line of HAProxy cannot tell", report);
    }
  }

  private static void checkTarget(AccessLogConfig log, Report report) {
    boolean toFile = log.to() == Target.FILE;
    if (!isClean(log, "to", report) || toFile == isGiven(log, "file")) {
      return;
    }
    report.problem(
        log.place(),
        "file",
        toFile ? "is missing" : "is given, but lines go elsewhere",
        toFile ? "a path, with to: file" : "to: file, or no file");
  }

  private static void refuse(AccessLogConfig log, String key, String why, Report report) {
    if (isGiven(log, key)) {
      report.problem(log.place(), key, why, "format: json");
    }
  }

  private static boolean isGiven(AccessLogConfig log, String key) {
    return log.place().keys().containsKey(key);
  }

  private static boolean isClean(AccessLogConfig log, String key, Report report) {
    return report.isClean(Place.below(log.place().path(), key));
  }
}
