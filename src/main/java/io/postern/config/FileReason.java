package io.postern.config;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.util.Objects;

/** Why a file cannot be read or made, which the exceptions of the JDK leave to their types. */
public final class FileReason {

  private FileReason() {}

  /** In words, without the name of the file. */
  public static String of(IOException e) {
    return switch (e) {
      case NoSuchFileException _ -> "there is no such file";
      case AccessDeniedException _ -> "permission denied";
      case FileSystemException other when other.getReason() != null -> reason(other);
      default -> String.valueOf(e.getMessage());
    };
  }

  /** The same of one that is made where there is none. */
  public static String ofMaking(IOException e) {
    return e instanceof NoSuchFileException ? "there is no such folder" : of(e);
  }

  private static String reason(FileSystemException e) {
    return Objects.requireNonNull(e.getReason());
  }
}
