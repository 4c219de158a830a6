package dev.piecewise.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class NearestByEmbeddingTest {
    private static final TreeMap<String, float[]> SHARERS = new TreeMap<>(
            Map.of("long", new float[] {10, 10}, "like", new float[] {1, 3}, "against", new float[] {-1, 0}));
    private static final Subject ANN = new Subject("ann", List.of(), List.of());

    @Test
    void theDirectionCountsAndNotTheLength() {
        assertThat(nearest(new float[] {1, 2.9f})).isEqualTo("like");
        assertThat(nearest(new float[] {0.5f, 0.4f})).isEqualTo("long");
        assertThat(nearest(new float[] {-7, 1})).isEqualTo("against");
    }

    @Test
    void aHistoryWithNothingToGoByIsNamed() {
        assertThatThrownBy(() -> new NearestByEmbedding(SHARERS, _ -> Optional.empty()).to(ANN))
                .hasMessageContaining("\"ann\"");
    }

    private static String nearest(float[] vector) {
        return new NearestByEmbedding(SHARERS, _ -> Optional.of(vector)).to(ANN);
    }
}
