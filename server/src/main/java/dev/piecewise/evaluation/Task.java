package dev.piecewise.evaluation;

import java.util.HashSet;
import java.util.List;

/** What is asked of a user, and so how an answer is judged. */
public sealed interface Task {
    /** The most tokens that an answer is given. */
    int maxTokens();

    /** One of some labels: accuracy and macro-F1 over all of them. */
    record Classification(List<String> labels, int maxTokens) implements Task {
        public Classification {
            if (labels.size() < 2 || new HashSet<>(labels).size() < labels.size()) {
                throw new IllegalArgumentException("labels must be at least two different ones");
            }
            labels = List.copyOf(labels);
        }
    }

    /** A number between two others: MAE and RMSE, and accuracy. */
    record Rating(double lowest, double highest, int maxTokens) implements Task {
        public Rating {
            if (!(lowest < highest)) {
                throw new IllegalArgumentException("lowest must be below highest");
            }
        }
    }

    /** Free text: ROUGE-1 and ROUGE-L. */
    record Generation(int maxTokens) implements Task {}
}
