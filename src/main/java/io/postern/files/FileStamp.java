package io.postern.files;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Arrays;
import java.util.List;

/**
 * What tells whether files have changed: of each its time, its length and which one it is, behind
 * all links; those that Kubernetes swaps change a directory above it.
 */
public record FileStamp(List<String> files) {

  /** When who may read it changed last: a file that could not be read may be now. */
  private static final String RIGHTS = "unix:ctime";

  /** As the files are now; that one cannot be looked at is a stamp too. */
  public static FileStamp of(Path... files) {
    return new FileStamp(Arrays.stream(files).map(FileStamp::one).toList());
  }

  private static String one(Path file) {
    try {
      BasicFileAttributes found = Files.readAttributes(file, BasicFileAttributes.class);
      Object rights = Files.getAttribute(file, RIGHTS);
      return found.lastModifiedTime() + " " + rights + " " + found.size() + " " + found.fileKey();
    } catch (IOException e) {
      return e.getClass().getSimpleName();
    }
  }
}
