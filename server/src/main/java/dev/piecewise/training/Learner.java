package dev.piecewise.training;

import dev.piecewise.adapter.HistoryItem;
import dev.piecewise.error.ServingException;
import java.util.List;

/** A user whose adapter or gates are trained, and the examples that they are trained on, oldest first. */
public record Learner(String user, List<TrainingExample> examples) {
    public Learner {
        examples = List.copyOf(examples);
        if (examples.isEmpty()) {
            throw new IllegalArgumentException(user + " has no example");
        }
    }

    /** Learns each of these items. INVALID_REQUEST, naming {@code source}, where they hold nothing to learn from. */
    public static Learner of(String user, List<HistoryItem> history, ExampleReader reader, String source) {
        List<TrainingExample> examples = reader.read(history);
        if (examples.isEmpty()) {
            throw ServingException.invalid(
                    source, "the history of user \"%s\" has nothing to learn from".formatted(user));
        }
        return new Learner(user, examples);
    }
}
