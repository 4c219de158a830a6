package dev.piecewise.training;

import java.util.List;

/** A user whose adapter or gates are trained, and the examples that they are trained on, oldest first. */
public record Learner(String user, List<TrainingExample> examples) {
    public Learner {
        examples = List.copyOf(examples);
        if (examples.isEmpty()) {
            throw new IllegalArgumentException(user + " has no example");
        }
    }
}
