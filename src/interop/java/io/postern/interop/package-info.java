/**
 * Clients and servers that others wrote, with the built Postern between them as a process of its
 * own. {@code scripts/interop} runs them.
 */
package io.postern.interop;
