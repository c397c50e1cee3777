package io.postern.route;

import io.netty.util.AsciiString;
import io.postern.http.RequestHead;
import org.jspecify.annotations.Nullable;

/**
 * What a route is looked for by.
 *
 * @param tenant the name of who is calling; null where that is not known
 */
record Request(RequestHead head, @Nullable AsciiString tenant) {}
