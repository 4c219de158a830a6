package dev.piecewise.evaluation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.piecewise.evaluation.Examination.Answered;
import dev.piecewise.evaluation.Examination.Result;
import dev.piecewise.evaluation.Examination.Sheet;
import dev.piecewise.evaluation.Report.Estimate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

final class StatisticsTest {
    private static final Task.Classification TAG = new Task.Classification(List.of("a", "b"), 4);
    private static final int USERS = 20;
    private static final Dataset DATASET = dataset();

    /** Of four questions a user, the base answers 1 or 2 right, the others one or two more. */
    @Test
    void gainsAreOverTheBaseAndSharesOfTheOwnAdapters() {
        Report report = new Statistics(DATASET, 200, 5)
                .report(
                        "m",
                        List.of(
                                result("base", 0, 0, user -> 1 + user % 2),
                                result("oppu", 1000, Double.NaN, user -> 3 + user % 2),
                                result("perpcs", 10, 0.5, user -> 2 + user % 2)));

        Report.TaskResult task = report.tasks().getFirst();
        assertThat(task.users()).isEqualTo(USERS);
        assertThat(task.tests()).isEqualTo(4 * USERS);
        Estimate base = accuracy(task, 0);
        assertThat(base.value()).isEqualTo(1.5 / 4);
        assertThat(base.gain()).isEmpty();
        assertThat(base.interval().low()).isBetween(0.25, 0.375);
        Estimate assembled = accuracy(task, 2);
        assertThat(assembled.gain().orElseThrow().value()).isEqualTo(0.25);
        assertThat(assembled.gain().orElseThrow().interval().low()).isCloseTo(0.25, within(1e-12));
        assertThat(assembled.gain().orElseThrow().interval().high()).isCloseTo(0.25, within(1e-12));
        assertThat(assembled.ofOwn().orElseThrow().value()).isEqualTo(0.5);
        assertThat(assembled.ofOwn().orElseThrow().interval().high()).isCloseTo(0.5, within(1e-12));
        assertThat(accuracy(task, 1).ofOwn()).isEmpty();
    }

    @Test
    void whereLessIsBetterAGainIsALoss() {
        Report report = new Statistics(DATASET, 50, 5)
                .report("m", List.of(perplexing("base", Math.log(8)), perplexing("perpcs", Math.log(2))));

        Estimate perplexity = of("perplexity", report.tasks().getFirst(), 1);
        assertThat(perplexity.value()).isCloseTo(2, within(1e-12));
        assertThat(perplexity.gain().orElseThrow().value()).isCloseTo(6, within(1e-12));
    }

    @Test
    void costsAreMeansOverUsers() {
        Report report = new Statistics(DATASET, 10, 5)
                .report("m", List.of(result("base", 0, 0, _ -> 1), result("oppu", 1000, Double.NaN, _ -> 1)));

        assertThat(report.methods())
                .containsExactly(
                        new Report.MethodCost("base", 0, Optional.of(0.0)),
                        new Report.MethodCost("oppu", 1000, Optional.empty()));
    }

    @Test
    void aPictureHasABarForEachMethod() {
        Report report = new Statistics(DATASET, 10, 5)
                .report("m", List.of(result("base", 0, 0, _ -> 1), result("perpcs:k=1", 0, 0, _ -> 2)));
        String svg = new Plot(report).svg();

        assertThat(svg)
                .startsWith("<svg xmlns=\"http://www.w3.org/2000/svg\"")
                .endsWith("</svg>\n")
                .contains(">tag: accuracy</text>", ">base</text>", ">perpcs:k=1</text>", ">0.500</text>");
        assertThat(svg.split("<line ")).hasSize(3);
    }

    private static Estimate accuracy(Report.TaskResult task, int row) {
        return of("accuracy", task, row);
    }

    private static Estimate of(String metric, Report.TaskResult task, int row) {
        return Objects.requireNonNull(task.rows().get(row).metrics().get(metric));
    }

    private interface Right {
        int of(int user);
    }

    private static Result result(String method, long bytes, double seconds, Right right) {
        List<Sheet> sheets = new ArrayList<>();
        for (int user = 0; user < USERS; user++) {
            List<Answered> answers = new ArrayList<>();
            for (TestItem test : DATASET.subjects().get(user).tests()) {
                String answer = answers.size() < right.of(user) ? "a" : "b";
                answers.add(new Answered(test, Marks.of(TAG, test.completion(), answer, 1, 1)));
            }
            sheets.add(new Sheet("u" + user, bytes, seconds, answers));
        }
        return new Result(method, sheets);
    }

    private static Result perplexing(String method, double nats) {
        return new Result(
                method,
                DATASET.subjects().stream()
                        .map(subject -> new Sheet(
                                subject.user(),
                                0,
                                0,
                                List.of(new Answered(subject.tests().getFirst(), Marks.of(TAG, " a", "a", nats, 1)))))
                        .toList());
    }

    private static Dataset dataset() {
        List<Subject> subjects = new ArrayList<>();
        for (int user = 0; user < USERS; user++) {
            List<TestItem> tests = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                tests.add(new TestItem(user + "/" + i, "tag", "p", " a", "p"));
            }
            subjects.add(new Subject("u" + user, List.of(), tests));
        }
        return new Dataset(new TreeMap<>(Map.of("tag", TAG)), subjects);
    }
}
