package io.postern.config;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** What is made of the exchanges that servers fail: who fails too many is left out for a while. */
public record PassiveCheck(
    Place place,
    @Default("5")
        @Range(min = "0", max = "100000")
        @Doc("After how many failures in a row a server is ejected; 0 is never.")
        int consecutiveFailures,
    @Doc("At which share of failures it is ejected; left out, at none.")
        @Nullable FailureRatio failureRatio,
    @Doc(
            "Statuses of responses that are failures too, such as 500-599; left out, none is: only what the server did to connections and messages.")
        @Nullable Statuses statuses,
    @Default("30s")
        @Range(min = "1ms", max = "24h")
        @Doc(
            "How long a server is left out the first time; twice as long each time in a row. Each further such time that it is back takes one doubling away.")
        Duration ejection,
    @Default("300s") @Range(min = "1ms", max = "24h") @Doc("How long it is left out at most.")
        Duration maxEjection,
    @Default("50%")
        @Doc(
            "How many of the servers may be left out at once, rounded down, yet one where there are others; the last that gets requests never is.")
        Share maxEjected) {

  /** A share of failures among the exchanges of a server. */
  public record FailureRatio(
      Place place,
      @Default("50%") @Doc("The share, of exchanges that ended in the window.") Share share,
      @Default("10s") @Range(min = "100ms", max = "1h") @Doc("The time that is looked back.")
          Duration window,
      @Default("20")
          @Range(min = "1", max = "100000")
          @Doc("How many exchanges have to have ended in it.")
          int minimumRequests) {}
}
