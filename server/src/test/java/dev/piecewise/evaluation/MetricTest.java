package dev.piecewise.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class MetricTest {
    private static final double TIGHT = 1e-12;
    private static final Task.Classification LETTERS = new Task.Classification(List.of("a", "b", "c"), 4);
    private static final Task.Rating STARS = new Task.Rating(1, 5, 4);

    /** The example in scikit-learn's documentation of f1_score, with a, b, c for 0, 1, 2. */
    @Test
    void macroF1IsThatOfScikitLearn() {
        List<Marks> marks = marks(LETTERS, "a b c a b c", "a c b a a b");

        assertThat(Metric.MACRO_F1.of(LETTERS, marks)).isCloseTo(0.26666666666666666, within(TIGHT));
        assertThat(Metric.ACCURACY.of(LETTERS, marks)).isCloseTo(2.0 / 6, within(TIGHT));
    }

    /** Of three labels "a" has F1 4/5 and "b" 2/3; "c" is nowhere and counts as 0. */
    @Test
    void aLabelThatIsNowhereCountsAsZeroAndAnUnknownAnswerAsWrong() {
        List<Marks> marks = marks(LETTERS, "a a a b b", "a a what b A");

        assertThat(Metric.MACRO_F1.of(LETTERS, marks)).isCloseTo((0.8 + 2.0 / 3) / 3, within(TIGHT));
        assertThat(Metric.ACCURACY.of(LETTERS, marks)).isCloseTo(0.6, within(TIGHT));
    }

    /** The examples in scikit-learn's documentation of mean_absolute_error and root_mean_squared_error. */
    @Test
    void errorsAreThoseOfScikitLearn() {
        List<Marks> marks = marks(STARS, "3 -0.5 2 7", "2.5 0.0 2 8");

        assertThat(Metric.MAE.of(STARS, marks)).isCloseTo(0.5, within(TIGHT));
        assertThat(Metric.RMSE.of(STARS, marks)).isCloseTo(0.6123724356957945, within(TIGHT));
    }

    @ParameterizedTest
    @CsvSource({"2, 3", "3, 2", "5, 4", "1, 4"})
    void anAnswerThatIsNoNumberIsAsFarAwayAsTheScaleGoes(String truth, double error) {
        assertThat(STARS.error(truth, "five")).isEqualTo(error);
        assertThat(STARS.error(truth, "")).isEqualTo(error);
        assertThat(STARS.error(truth, "NaN")).isEqualTo(error);
        assertThat(STARS.error(truth, " " + truth + ".0\n")).isZero();
    }

    @Test
    void perplexityIsOverAllTokensTogether() {
        Task text = new Task.Text();
        List<Marks> marks =
                List.of(Marks.of(text, "x", "", 3 * Math.log(2), 3), Marks.of(text, "y", "", Math.log(16), 1));

        assertThat(Metric.PERPLEXITY.of(text, marks)).isCloseTo(Math.pow(2, 7 / 4.0), within(TIGHT));
    }

    @Test
    void everyTaskHasItsMetrics() {
        assertThat(Metric.of(LETTERS)).containsExactly(Metric.ACCURACY, Metric.MACRO_F1, Metric.PERPLEXITY);
        assertThat(Metric.of(STARS)).containsExactly(Metric.MAE, Metric.RMSE, Metric.PERPLEXITY);
        assertThat(Metric.of(new Task.Generation(1)))
                .containsExactly(Metric.ROUGE_1, Metric.ROUGE_L, Metric.PERPLEXITY);
        assertThat(Metric.of(new Task.Text())).containsExactly(Metric.PERPLEXITY);
    }

    private static List<Marks> marks(Task task, String truths, String answers) {
        String[] truth = truths.split(" ", -1);
        String[] answer = answers.split(" ", -1);
        List<Marks> marks = new ArrayList<>();
        for (int i = 0; i < truth.length; i++) {
            marks.add(Marks.of(task, " " + truth[i], " " + answer[i] + "\n", 0, 1));
        }
        return marks;
    }
}
