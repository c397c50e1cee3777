package io.postern;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.SourcePositions;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** The sources of the project as the compiler reads them. */
final class SourceFiles {

  /** One file, and what is needed to say where in it something stands. */
  record Source(CompilationUnitTree unit, SourcePositions positions) {

    String name() {
      return Path.of("").toUri().relativize(unit.getSourceFile().toUri()).getPath();
    }

    /** The line of an offset into the file. */
    long line(long offset) {
      return unit.getLineMap().getLineNumber(offset);
    }
  }

  private SourceFiles() {}

  /** Parses every file under a folder. */
  static List<Source> under(String folder) {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (Stream<Path> found = Files.walk(Path.of(folder));
        StandardJavaFileManager files =
            compiler.getStandardFileManager(null, null, StandardCharsets.UTF_8)) {
      List<Path> paths = found.filter(path -> path.toString().endsWith(".java")).toList();
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null, files, null, null, null, files.getJavaFileObjectsFromPaths(paths));
      SourcePositions positions = Trees.instance(task).getSourcePositions();
      return Stream.of(task.parse())
          .flatMap(units -> java.util.stream.StreamSupport.stream(units.spliterator(), false))
          .map(unit -> new Source(unit, positions))
          .toList();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }
}
