package io.postern.config;

import java.util.List;

/**
 * What came of reading a file that holds a part of the config.
 *
 * @param content what stands in it; as far as it could be read where there are problems, and then
 *     not to be used
 * @param problems in the order of the file
 * @param warnings what is allowed but surely not meant, in the order of the file
 */
public record Part<T>(T content, List<Problem> problems, List<Problem> warnings) {}
