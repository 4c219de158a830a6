package dev.piecewise.evaluation;

import java.util.HashSet;
import java.util.List;
import java.util.regex.Pattern;

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
        private static final Pattern NUMBER = Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d+)?");

        public Rating {
            if (!(lowest < highest)) {
                throw new IllegalArgumentException("lowest must be below highest");
            }
        }

        /** How far an answer is from the truth. What is no number is taken for the end of the scale that is farther away, as LaMP does. */
        double error(String truth, String answer) {
            double right = Double.parseDouble(truth.strip());
            String text = answer.strip();
            if (NUMBER.matcher(text).matches()) {
                return Math.abs(Double.parseDouble(text) - right);
            }
            return Math.max(Math.abs(lowest - right), Math.abs(highest - right));
        }
    }

    /** Free text: ROUGE-1 and ROUGE-L. */
    record Generation(int maxTokens) implements Task {}

    /** Text that is only read and never answered: perplexity alone. */
    record Text() implements Task {
        @Override
        public int maxTokens() {
            return 0;
        }
    }
}
