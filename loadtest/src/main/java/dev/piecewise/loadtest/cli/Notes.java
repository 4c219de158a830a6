package dev.piecewise.loadtest.cli;

import dev.piecewise.loadtest.measure.Summary;
import dev.piecewise.loadtest.report.Report.Run;
import dev.piecewise.loadtest.run.Scenario;
import dev.piecewise.loadtest.workload.Wording;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a reader has to know about figures, and would not guess from them. */
final class Notes {
    private static final double LATE_MILLIS = 20;
    private static final double LARGEST_DRIFT = 1.15;

    private Notes() {}

    static List<String> of(List<Run> runs, Wording wording) {
        List<String> notes = new ArrayList<>();
        if (wording.equals(Wording.GUESSED)) {
            notes.add("the server does not say how long prompts were: their lengths are guesses, of 1.3 tokens a word");
        }
        for (Run run : runs) {
            of(run, notes);
            if (run.name().startsWith(Scenario.BASE_AGAIN)) {
                String first = run.name().replaceFirst(Scenario.BASE_AGAIN, Scenario.BASE);
                runs.stream()
                        .filter(one -> one.name().equals(first))
                        .findFirst()
                        .ifPresent(one -> drift(one, run, notes));
            }
        }
        return notes;
    }

    private static void drift(Run first, Run again, List<String> notes) {
        double before = first.summary().answerTokensPerSecond();
        double after = again.summary().answerTokensPerSecond();
        if (Math.max(before, after) > LARGEST_DRIFT * Math.min(before, after)) {
            notes.add(
                    "%s had %.1f tokens/s before and %.1f after all others: the machine was not quiet, and ratios say little"
                            .formatted(first.name(), before, after));
        }
    }

    private static void of(Run run, List<String> notes) {
        Summary all = run.summary();
        String name = run.name() + ": ";
        if (all.countedByChunks() > 0) {
            notes.add("%s%d of %d answers did not say how many tokens they had; their chunks were counted"
                    .formatted(name, all.countedByChunks(), all.succeeded()));
        }
        if (all.empty() > 0) {
            notes.add("%s%d of %d answers had no content; there is no TTFT of them"
                    .formatted(name, all.empty(), all.succeeded()));
        }
        long base = all.modes().getOrDefault("base", 0L);
        if (run.users() > 0 && base > 0) {
            notes.add("%s%d of %d answers came from the base, not from the user's own model"
                    .formatted(name, base, all.succeeded()));
        }
        if (all.sendDelay().p99() > LATE_MILLIS) {
            notes.add(String.format(
                    Locale.ROOT,
                    "%sthis client sent late: p99 %.0f ms after the intended time, which counts as latency",
                    name,
                    all.sendDelay().p99()));
        }
        if (all.requests() == 0) {
            notes.add(name + "nothing was measured: the warm-up took all the time there was");
        }
    }
}
