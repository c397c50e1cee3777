/**
 * The ports beside the listeners: metrics and the API for those who run the proxy, and whether to
 * send traffic here for a load balancer. {@code cli} opens them on a {@code ProxyRuntime}, whose
 * side loop owns their connections, so that they answer while the other loops are busy. What is
 * asked is answered by {@code http}'s own codec and local replies.
 */
@NullMarked
package io.postern.admin;

import org.jspecify.annotations.NullMarked;
