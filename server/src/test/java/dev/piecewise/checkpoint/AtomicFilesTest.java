package dev.piecewise.checkpoint;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class AtomicFilesTest {
    @TempDir
    Path directory;

    @Test
    void replacesAFileOnlyOnceTheNewOneIsWhole() throws IOException {
        Path target = directory.resolve("file");
        Files.writeString(target, "old");
        assertThatThrownBy(() -> AtomicFiles.file(target, temporary -> {
                    Files.writeString(temporary, "half");
                    assertThat(AtomicFiles.isTemporary(temporary)).isTrue();
                    throw new IOException("disk full");
                }))
                .isInstanceOf(BadFileException.class)
                .hasMessageContaining("disk full");
        assertThat(target).hasContent("old");
        AtomicFiles.file(target, temporary -> Files.writeString(temporary, "new"));
        assertThat(target).hasContent("new");
        assertThat(directory).isDirectoryContaining(target::equals).isDirectoryNotContaining(AtomicFiles::isTemporary);
    }

    @Test
    void publishesADirectoryOnceAndNeverAgain() throws IOException {
        Path target = directory.resolve("deep/pool");
        AtomicFiles.directory(target, temporary -> Files.writeString(temporary.resolve("a"), "1"));
        assertThat(target.resolve("a")).hasContent("1");
        assertThatThrownBy(() ->
                        AtomicFiles.directory(target, temporary -> Files.writeString(temporary.resolve("a"), "2")))
                .hasMessageContaining("exists already");
        assertThat(target.resolve("a")).hasContent("1");
        try (var files = Files.list(directory.resolve("deep"))) {
            assertThat(files).containsExactly(target);
        }
    }

    @Test
    void leavesNothingBehindWhenADirectoryCannotBeWritten() {
        assertThatThrownBy(() -> AtomicFiles.directory(directory.resolve("pool"), temporary -> {
                    Files.writeString(temporary.resolve("a"), "1");
                    throw new IOException("disk full");
                }))
                .hasMessageContaining("disk full");
        assertThat(directory).isEmptyDirectory();
    }
}
