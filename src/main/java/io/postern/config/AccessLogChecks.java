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
    if (!isClean(log, "to", report)) {
      return;
    }
    if (log.to() == Target.FILE && !isGiven(log, "file")) {
      report.problem(log.place(), "file", "is missing", "a path, with to: file");
    }
    if (log.to() != Target.FILE && isGiven(log, "file")) {
      report.problem(
          log.place(), "file", "is given, but lines go elsewhere", "to: file, or no file");
    }
    if (log.to() != Target.SYSLOG && isGiven(log, "syslog")) {
      report.problem(
          log.place(), "syslog", "is given, but lines go elsewhere", "to: syslog, or no syslog");
    }
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
