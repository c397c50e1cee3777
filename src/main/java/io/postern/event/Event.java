package io.postern.event;

import java.time.Instant;

/**
 * Something that has happened.
 *
 * @param number counts all since the process began, from 1
 * @param at when
 * @param subject with whom, by the names of the config: {@code app/10.1.0.10:8080}, say
 * @param text as the log has it
 */
public record Event(long number, Instant at, EventKind kind, String subject, String text) {}
