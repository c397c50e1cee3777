package io.postern.config;

import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** When an attempt that failed is followed by another. */
public record RetryConfig(
    Place place,
    @Default("0")
        @Range(min = "0", max = "100")
        @Doc(
            "Attempts in all, the first included; 1 is no retry. 0 is three, and for `connect` as many as there are servers.")
        int attempts,
    @Default("[\"connect\", \"refused-stream\", \"reset-before-response\"]")
        @Doc(
            "After which failures. `connect`: there was no connection. `refused-stream`: the server said that it did nothing. The others only where the method is idempotent: `reset-before-response`, `response-timeout`, `status`.")
        List<Reason> reasons,
    @Default("502-504") @Doc("The statuses of responses that `status` means.") Statuses statuses,
    @Range(min = "1ms", max = "24h")
        @Doc(
            "How long an attempt may wait for the head of the response while another may follow; left out, `timeouts.response`.")
        @Nullable Duration attemptTimeout,
    @Default("25ms")
        @Range(min = "0ms", max = "1m")
        @Doc(
            "How long is waited before the second retry, at most: it is drawn by lot, and doubles with each, up to ten times as much. The first is at once, and so is another server after `connect` or `refused-stream`.")
        Duration backoff,
    @Default("0B")
        @Range(min = "0B", max = "1MiB")
        @Doc(
            "Content of a request up to this size is kept, so that it can be sent again; with larger content, nothing is repeated once some of it was sent.")
        Size bodyLimit) {

  /** Why an attempt came to nothing. */
  public enum Reason {
    CONNECT,
    REFUSED_STREAM,
    RESET_BEFORE_RESPONSE,
    RESPONSE_TIMEOUT,
    STATUS;

    /** Whether no server has done anything, so that a retry is no more work than the request. */
    public boolean isFree() {
      return this == CONNECT || this == REFUSED_STREAM;
    }

    /** As it is written. */
    @Override
    public String toString() {
      return ScalarType.written(this);
    }
  }
}
