package dev.piecewise.checkpoint;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class ScratchFileTest {
    @Test
    void itHoldsWhatWasWrittenAndHasNoName() throws IOException {
        try (Arena arena = Arena.ofConfined();
                ScratchFile file = ScratchFile.open()) {
            file.write(ByteBuffer.wrap("one ".getBytes(UTF_8)));
            file.write(ByteBuffer.wrap("two".getBytes(UTF_8)));

            assertThat(names()).isEmpty();
            assertThat(new String(file.input().readAllBytes(), UTF_8)).isEqualTo("one two");
            assertThat(new String(file.input().readAllBytes(), UTF_8)).isEqualTo("one two");
            assertThat(file.map(arena).toArray(ValueLayout.JAVA_BYTE))
                    .asString(UTF_8)
                    .isEqualTo("one two");
        }
    }

    /** Other processes may have such files for a moment, but none that hold anything. */
    private static List<Path> names() throws IOException {
        try (Stream<Path> files = Files.list(Path.of(System.getProperty("java.io.tmpdir")))) {
            return files.filter(file -> file.getFileName().toString().startsWith("piecewise")
                            && file.toString().endsWith(".tmp")
                            && file.toFile().length() > 0)
                    .toList();
        }
    }
}
