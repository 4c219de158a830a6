package dev.piecewise.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.error.ServingException;
import dev.piecewise.fixture.TinyCheckpoint;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class KvArenaTest {
    @Test
    void namesTheKeyOfWhatDoesNotFitIntoMemory(@TempDir Path directory) {
        try (TinyRunner tiny = TinyRunner.of(TinyCheckpoint.llama().with("head_dim", 256), directory)) {
            assertThatThrownBy(() -> new KvArena(tiny.base, Integer.MAX_VALUE))
                    .isInstanceOfSatisfying(ServingException.class, refused -> {
                        assertThat(refused.param()).contains("engine.kv-places");
                        assertThat(refused.text()).contains("2147483647 KV places");
                    });
        }
    }
}
