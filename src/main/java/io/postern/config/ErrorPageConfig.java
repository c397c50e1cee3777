package io.postern.config;

import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** What is said in place of the words of Postern for some statuses; one of body and file. */
public record ErrorPageConfig(
    Place place,
    @Doc("The statuses that it is for.") Statuses statuses,
    @Default("text/html; charset=utf-8")
        @Matches(regex = "[ -~]*", expected = "a media type, in ASCII")
        @Doc("The Content-Type of the page.")
        String contentType,
    @Doc("The page.") @Nullable String body,
    @Doc("The file with the page, of at most 1 MiB; read at start.") @Nullable Path file) {}
