package dev.piecewise.bench;

import dev.piecewise.engine.EngineObserver;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Keeps the times of an engine's steps apart by what they did. Written by the engine's thread, read by another between the runs. */
final class StepClock implements EngineObserver {
    private final List<Double> steps = new ArrayList<>();
    private final List<Double> between = new ArrayList<>();
    private double prefillSeconds;
    private long prefillTokens;
    private int rows;
    private long lastEnd;

    /** From now on only decode steps of so many sequences count. */
    synchronized void begin(int sequences) {
        steps.clear();
        between.clear();
        prefillSeconds = 0;
        prefillTokens = 0;
        rows = sequences;
        lastEnd = 0;
    }

    @Override
    public synchronized void stepped(int prefill, int decode, int spans, double seconds) {
        long now = System.nanoTime();
        if (prefill == 0 && decode == rows) {
            steps.add(seconds);
            if (lastEnd != 0) {
                between.add(Math.max(0, (now - lastEnd) * 1e-9 - seconds));
            }
            lastEnd = now;
        } else {
            lastEnd = 0;
        }
        if (decode == 0) {
            prefillSeconds += seconds;
            prefillTokens += prefill;
        }
    }

    /** Seconds of each full decode step since {@link #begin}. */
    synchronized List<Double> steps() {
        return List.copyOf(steps);
    }

    /** Median seconds that the engine spends between two such steps. */
    synchronized double between() {
        return median(between);
    }

    synchronized double prefillTokensPerSecond() {
        return prefillTokens / prefillSeconds;
    }

    static double median(List<Double> values) {
        if (values.isEmpty()) {
            return Double.NaN;
        }
        List<Double> sorted = new ArrayList<>(values);
        Collections.sort(sorted);
        return sorted.get(sorted.size() / 2);
    }
}
