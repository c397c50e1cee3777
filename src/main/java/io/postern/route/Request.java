package io.postern.route;

import io.postern.http.RequestHead;
import io.postern.tenant.Tenant;
import org.jspecify.annotations.Nullable;

/**
 * What a route is looked for by.
 *
 * @param tenant who is calling; null where that is not known
 */
record Request(RequestHead head, @Nullable Tenant tenant) {}
