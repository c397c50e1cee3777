package io.postern.admin;

import static io.postern.admin.Column.text;
import static io.postern.admin.Column.whole;

import io.postern.admin.Operation.Answer;
import io.postern.admin.Operation.Parameter;
import io.postern.runtime.ProxyRuntime;
import io.postern.tenant.Quota;
import io.postern.tenant.Tenant;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The customers, and what they take of what they may. */
final class TenantResource {

  private static final int MOST = 10_000;
  private static final int USUAL = 1000;

  private static final Shape<Tenant> TENANTS =
      Shape.of(
          text("name", "As the config names it.", each -> each.name().toString()),
          whole("connections", "That are open.", each -> each.connections().underway()),
          whole("mostConnections", "That may be; null for any number.", most(Tenant::connections)),
          whole("requests", "That are in flight.", each -> each.requests().underway()),
          whole("mostRequests", "That may be; null for any number.", most(Tenant::requests)),
          whole(
              "refusedConnections",
              "Connections that were closed as they came.",
              each -> each.connections().tooMany()),
          whole(
              "refusedRequests",
              "Requests that were answered 429.",
              each -> each.requests().tooMany() + each.requests().tooFast()));

  private final ProxyRuntime runtime;

  TenantResource(ProxyRuntime runtime) {
    this.runtime = runtime;
  }

  private static Function<Tenant, @Nullable Object> most(Function<Tenant, Quota> quota) {
    return each -> {
      int most = quota.apply(each).most();
      return most == 0 ? null : most;
    };
  }

  List<Operation> operations() {
    return List.of(
        Operation.get(
            "tenants",
            "The tenants, and what they take of what they may.",
            List.of(
                Parameter.text("name", "Only those whose name begins so."),
                Parameter.whole("limit", "At most so many; left out, 1000.")),
            new Answer.Many("tenants", TENANTS),
            this::tell));
  }

  private void tell(Ask ask) {
    String name = Objects.requireNonNullElse(ask.text("name"), "");
    Integer limit = ask.whole("limit", 1, MOST);
    ask.reply(
        Page.list(
            "tenants",
            TENANTS,
            runtime.compiled().snapshot().tenants().all().stream()
                .filter(each -> each.name().toString().startsWith(name))
                .limit(limit == null ? USUAL : limit)
                .toList()));
  }
}
