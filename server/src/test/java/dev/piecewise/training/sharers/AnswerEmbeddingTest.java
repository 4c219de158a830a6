package dev.piecewise.training.sharers;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.piecewise.adapter.ExampleEncoder;
import dev.piecewise.adapter.HistoryFile.UserHistory;
import dev.piecewise.adapter.HistoryItem;
import dev.piecewise.checkpoint.Checkpoint;
import dev.piecewise.checkpoint.ModelConfigReader;
import dev.piecewise.error.ServingException;
import dev.piecewise.fixture.TinyCheckpoint;
import dev.piecewise.model.AnswerReader;
import dev.piecewise.model.BaseModel;
import dev.piecewise.model.DeviceChoice;
import dev.piecewise.model.LinearFits;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Who answers alike is near. */
@Timeout(60)
final class AnswerEmbeddingTest {
    private static final ExampleEncoder ENCODER =
            new ExampleEncoder((text, special) -> text.chars().map(c -> c % 64).toArray(), 1, 64);

    @TempDir
    static Path directory;

    private static BaseModel base;

    @BeforeAll
    static void load() {
        Path tiny = TinyCheckpoint.llama().write(directory.resolve("tiny"));
        try (Checkpoint checkpoint = Checkpoint.open(tiny)) {
            base = BaseModel.load(checkpoint, ModelConfigReader.read(tiny), DeviceChoice.of("cpu", "float32", true));
        }
    }

    @AfterAll
    static void close() {
        base.close();
    }

    /** Asked about anything. */
    private static UserHistory user(String name, String answer) {
        Random random = new Random(name.hashCode());
        return new UserHistory(
                name,
                IntStream.range(0, 50)
                        .mapToObj(i -> new HistoryItem(null, null, "about " + random.nextInt(1000), answer))
                        .toList());
    }

    private static AnswerEmbedding of(List<UserHistory> users) {
        return AnswerEmbedding.of(users, ENCODER, new AnswerReader(base), new LinearFits(base));
    }

    private static double distance(AnswerEmbedding embedding, UserHistory one, UserHistory other) {
        float[] a = embedding.of(one).orElseThrow();
        float[] b = embedding.of(other).orElseThrow();
        double sum = 0;
        for (int i = 0; i < a.length; i++) {
            sum += (a[i] - b[i]) * (a[i] - b[i]);
        }
        return Math.sqrt(sum);
    }

    @Test
    void whoAnswersAlikeIsNearAndWhoDoesNotIsFar() {
        UserHistory ann = user("ann", " quite");
        UserHistory ben = user("ben", " quite");
        UserHistory cas = user("cas", " never");
        UserHistory dan = user("dan", " never");
        AnswerEmbedding embedding = of(List.of(ann, ben, cas, dan));
        assertThat(distance(embedding, ann, ben)).isPositive().isLessThan(distance(embedding, ann, cas) / 2);
        assertThat(distance(embedding, cas, dan)).isPositive().isLessThan(distance(embedding, ben, dan) / 2);
    }

    @Test
    void whoHasNoItemHasNoPlace() {
        UserHistory silent = new UserHistory("eve", List.of());
        UserHistory one = user("ann", " quite");
        AnswerEmbedding embedding = of(List.of(one, silent));
        assertThat(embedding.of(one)).isPresent();
        assertThat(embedding.of(silent)).isEmpty();
        assertThatThrownBy(() -> of(List.of(silent)))
                .isInstanceOf(ServingException.class)
                .hasMessageContaining("no user has an item");
    }
}
