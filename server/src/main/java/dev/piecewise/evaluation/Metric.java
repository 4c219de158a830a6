package dev.piecewise.evaluation;

import java.util.List;
import java.util.function.ToDoubleFunction;

/** A number over answers of one task. */
public enum Metric {
    ACCURACY("accuracy", true),
    /** Over all labels of the task; a label that is neither right nor answered counts as 0, as in scikit-learn. */
    MACRO_F1("macro_f1", true),
    MAE("mae", false),
    RMSE("rmse", false),
    ROUGE_1("rouge1", true),
    ROUGE_L("rougeL", true),
    /** Of the right answers and their ends. */
    PERPLEXITY("perplexity", false);

    private final String wire;
    private final boolean higherIsBetter;

    Metric(String wire, boolean higherIsBetter) {
        this.wire = wire;
        this.higherIsBetter = higherIsBetter;
    }

    /** As in JSON and tables. */
    public String wire() {
        return wire;
    }

    public boolean higherIsBetter() {
        return higherIsBetter;
    }

    /** The metrics of a task, the main one first. */
    static List<Metric> of(Task task) {
        return switch (task) {
            case Task.Classification _ -> List.of(ACCURACY, MACRO_F1, PERPLEXITY);
            case Task.Rating _ -> List.of(MAE, RMSE, PERPLEXITY);
            case Task.Generation _ -> List.of(ROUGE_1, ROUGE_L, PERPLEXITY);
            case Task.Text _ -> List.of(PERPLEXITY);
        };
    }

    double of(Task task, List<Marks> marks) {
        return switch (this) {
            case ACCURACY -> mean(marks, mark -> mark.truth() == mark.answered() ? 1 : 0);
            case MACRO_F1 -> macroF1(task, marks);
            case MAE -> mean(marks, Marks::error);
            case RMSE -> Math.sqrt(mean(marks, mark -> mark.error() * mark.error()));
            case ROUGE_1 -> mean(marks, Marks::rouge1);
            case ROUGE_L -> mean(marks, Marks::rougeL);
            case PERPLEXITY -> perplexity(marks);
        };
    }

    private static double mean(List<Marks> marks, ToDoubleFunction<Marks> value) {
        double sum = 0;
        for (Marks mark : marks) {
            sum += value.applyAsDouble(mark);
        }
        return sum / marks.size();
    }

    private static double macroF1(Task task, List<Marks> marks) {
        int labels = task instanceof Task.Classification classification
                ? classification.labels().size()
                : 0;
        int[] right = new int[labels];
        int[] seen = new int[labels];
        for (Marks mark : marks) {
            if (mark.truth() >= 0) {
                seen[mark.truth()]++;
            }
            if (mark.answered() >= 0) {
                seen[mark.answered()]++;
                right[mark.answered()] += mark.answered() == mark.truth() ? 1 : 0;
            }
        }
        double sum = 0;
        for (int label = 0; label < labels; label++) {
            sum += seen[label] == 0 ? 0 : 2.0 * right[label] / seen[label];
        }
        return sum / labels;
    }

    private static double perplexity(List<Marks> marks) {
        double nats = 0;
        long tokens = 0;
        for (Marks mark : marks) {
            nats += mark.nats();
            tokens += mark.tokens();
        }
        return Math.exp(nats / tokens);
    }
}
