package io.postern.config;

import org.jspecify.annotations.Nullable;

/** What must hold between the keys of the ejection of servers. */
final class PassiveChecks {

  private PassiveChecks() {}

  static void check(@Nullable PassiveCheck check, Report report) {
    if (check == null) {
      return;
    }
    Place place = check.place();
    if (check.consecutiveFailures() == 0 && check.failureRatio() == null) {
      report.problem(
          place, "consecutiveFailures", "is 0, and there is no failureRatio", "one of the two");
    }
    if (check.maxEjected().percent() == 0) {
      report.problem(place, "maxEjected", "is 0%", "1% or more, or no section passive");
    }
    if (check.failureRatio() != null && check.failureRatio().share().percent() == 0) {
      report.problem(check.failureRatio().place(), "share", "is 0%", "1% or more");
    }
    if (check.maxEjection().compareTo(check.ejection()) < 0) {
      String key = place.keys().containsKey("maxEjection") ? "maxEjection" : "ejection";
      report.problem(place, key, "maxEjection is shorter than ejection", "ejection, or longer");
    }
  }
}
