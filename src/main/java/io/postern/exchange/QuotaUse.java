package io.postern.exchange;

import io.netty.util.AsciiString;
import io.postern.fault.Fault;
import io.postern.fault.Reason;
import io.postern.http.FieldNames;
import io.postern.http.LocalReply;
import io.postern.tenant.Quota;
import io.postern.tenant.Tenant;
import org.jspecify.annotations.Nullable;

/**
 * What one exchange has taken of the quota of its tenant.
 *
 * <p>Owned by the event loop of the exchange.
 */
final class QuotaUse {

  private @Nullable Quota quota;
  private boolean taken;

  /**
   * Takes one request, which {@link #end} gives back.
   *
   * @return why it is refused; null where it is not
   */
  @Nullable Fault begin(@Nullable Tenant tenant) {
    if (tenant == null) {
      return null;
    }
    quota = tenant.requests();
    return switch (quota.enter()) {
      case ENTERS -> {
        taken = true;
        yield null;
      }
      case TOO_MANY -> Fault.of(Reason.TOO_MANY_REQUESTS);
      case TOO_FAST -> Fault.of(Reason.RATE_LIMITED);
    };
  }

  /**
   * The answer to a request that is refused: when to come again and, where it came too fast, what
   * the rate is (draft-ietf-httpapi-ratelimit-headers-10 §3 and §4).
   */
  LocalReply refusal(Fault fault) {
    LocalReply reply = LocalReply.of(fault);
    Quota.Flow flow = quota == null ? null : quota.flow();
    if (quota == null || flow == null || fault.reason() != Reason.RATE_LIMITED) {
      return reply.with(FieldNames.RETRY_AFTER, AsciiString.of("1"));
    }
    String policy = "\"requests\";q=" + flow.burst() + ";w=" + flow.seconds();
    long seconds = quota.secondsToNext();
    return reply
        .with(FieldNames.RETRY_AFTER, AsciiString.of(Long.toString(seconds)))
        .with(FieldNames.RATE_LIMIT_POLICY, AsciiString.of(policy))
        .with(FieldNames.RATE_LIMIT, AsciiString.of("\"requests\";r=0;t=" + seconds));
  }

  /** The exchange is over. */
  void end() {
    if (taken && quota != null) {
      taken = false;
      quota.leave();
    }
  }
}
