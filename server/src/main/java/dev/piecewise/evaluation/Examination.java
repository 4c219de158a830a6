package dev.piecewise.evaluation;

import dev.piecewise.adapter.Adaptation;
import dev.piecewise.evaluation.Respondent.Likelihood;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;

/** Asks all methods for all users the same questions, side by side in the engine's batches. */
public final class Examination {
    private final Dataset dataset;
    private final Respondent respondent;
    private final Options options;
    private final Listener listener;

    public Examination(Dataset dataset, Respondent respondent, Options options, Listener listener) {
        this.dataset = dataset;
        this.respondent = respondent;
        this.options = options;
        this.listener = listener;
    }

    /**
     * How questions are asked.
     *
     * @param labelsOnly whether a label is chosen by which is likeliest, instead of read from what is generated
     * @param atOnce questions in the engine's hands at a time
     */
    public record Options(boolean labelsOnly, int atOnce) {}

    /** Is told how far it is, from any thread. */
    @FunctionalInterface
    public interface Listener {
        void at(int done, int all);
    }

    /** One method's answers for one user. */
    record Sheet(String user, long bytes, double seconds, List<Answered> answers) {}

    /** One question's answer. */
    record Answered(TestItem test, Marks marks) {}

    /** One method's answers, users in the dataset's order. */
    record Result(String method, List<Sheet> sheets) {}

    /** A report of everything. Blocking; {@code model} is the name that it is reported by. */
    public Report report(String model, List<Approach> approaches, Statistics statistics) throws InterruptedException {
        return statistics.report(model, run(approaches));
    }

    /** Blocking. Method after method, so that a pool stays on the device while plans are made of it; the first failure ends it. */
    List<Result> run(List<Approach> approaches) throws InterruptedException {
        Run run = new Run(approaches.size() * dataset.tests());
        try {
            List<List<Asked>> asked = new ArrayList<>();
            for (Approach approach : approaches) {
                List<Asked> sheets = new ArrayList<>();
                for (Subject subject : dataset.subjects()) {
                    sheets.add(run.ask(subject, approach.preparation().prepare(subject)));
                }
                asked.add(sheets);
            }
            List<Result> results = new ArrayList<>();
            for (int i = 0; i < approaches.size(); i++) {
                results.add(new Result(approaches.get(i).name(), sheets(asked.get(i))));
            }
            return results;
        } finally {
            run.threads.shutdownNow();
        }
    }

    /** Questions that are with the engine; the prepared user is let go when all are answered. */
    private record Asked(String user, long bytes, double seconds, List<Future<Answered>> answers) {}

    /** The questions of one examination on their way. */
    private final class Run {
        final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        final Semaphore room = new Semaphore(options.atOnce());
        final AtomicInteger done = new AtomicInteger();
        final int all;

        Run(int all) {
            this.all = all;
        }

        Asked ask(Subject subject, Prepared prepared) throws InterruptedException {
            List<Future<Answered>> answers = new ArrayList<>();
            for (TestItem test : subject.tests()) {
                room.acquire();
                answers.add(threads.submit(() -> {
                    try {
                        return new Answered(test, Examination.this.ask(subject.user(), prepared, test));
                    } finally {
                        room.release();
                        listener.at(done.incrementAndGet(), all);
                    }
                }));
            }
            return new Asked(subject.user(), prepared.bytes(), prepared.seconds(), answers);
        }
    }

    private static List<Sheet> sheets(List<Asked> asked) throws InterruptedException {
        List<Sheet> sheets = new ArrayList<>();
        for (Asked each : asked) {
            List<Answered> answers = new ArrayList<>();
            for (Future<Answered> answer : each.answers()) {
                answers.add(get(answer));
            }
            sheets.add(new Sheet(each.user(), each.bytes(), each.seconds(), answers));
        }
        return sheets;
    }

    private Marks ask(String user, Prepared prepared, TestItem test) throws InterruptedException {
        Task task = dataset.task(test);
        int reserved = task instanceof Task.Text ? respondent.maxLength() / 2 : task.maxTokens();
        String prompt = prepared.prompting().prompt(test, respondent.maxLength() - reserved, respondent::tokens);
        Adaptation adaptation = prepared.adaptation();
        String answer = answer(user, adaptation, task, prompt, test);
        Likelihood truth = respondent.likelihood(user, adaptation, prompt, test.completion());
        return Marks.of(task, test.completion(), answer, truth.nats(), truth.tokens());
    }

    private String answer(String user, Adaptation adaptation, Task task, String prompt, TestItem test)
            throws InterruptedException {
        if (task instanceof Task.Text) {
            return "";
        }
        if (options.labelsOnly() && task instanceof Task.Classification(var labels, int _)) {
            return likeliest(user, adaptation, prompt, spaced(labels, test.completion()));
        }
        return respondent.answer(user, adaptation, prompt, task.maxTokens());
    }

    private String likeliest(String user, Adaptation adaptation, String prompt, List<String> answers)
            throws InterruptedException {
        String best = "";
        double least = Double.POSITIVE_INFINITY;
        for (String answer : answers) {
            double nats =
                    respondent.likelihood(user, adaptation, prompt, answer).nats();
            if (nats < least) {
                least = nats;
                best = answer;
            }
        }
        return best;
    }

    /** As the dataset writes them: with the same space before them as the right answer has. */
    private static List<String> spaced(List<String> labels, String completion) {
        String space = completion.substring(
                0, completion.length() - completion.stripLeading().length());
        return labels.stream().map(label -> space + label).toList();
    }

    private static <T> T get(Future<T> future) throws InterruptedException {
        try {
            return future.get();
        } catch (ExecutionException failed) {
            throw failed.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(failed);
        }
    }
}
