package dev.piecewise.loadtest.measure;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/** How a run goes, second by second, and a sample of its answers. */
final class Course {
    private static final double NANOS = 1e9;
    private static final int MOST_POINTS = 400;
    private static final int MOST_SECONDS = 24 * 3600;

    private final long begin;
    private final SplittableRandom random = new SplittableRandom(1);
    private final List<double[]> points = new ArrayList<>();
    private long[] chunks = new long[64];
    /** By how many more requests are open in a second than in the one before. */
    private long[] opened = new long[64];

    private int seconds;
    private long seen;

    Course(long begin) {
        this.begin = begin;
    }

    void add(Answer answer) {
        for (long chunk : answer.chunks()) {
            chunks[second(chunk)]++;
        }
        opened[second(answer.intended())]++;
        int last = second(answer.end());
        makeRoom(last + 2);
        opened[last + 1]--;
        if (answer.succeeded() && answer.toFirst().isPresent()) {
            keep(new double[] {
                (answer.intended() - begin) / NANOS, answer.toFirst().getAsLong() / 1e6, answer.endToEnd() / 1e6
            });
        }
    }

    /** Every answer is as likely to be among those that are kept. */
    private void keep(double[] point) {
        seen++;
        if (points.size() < MOST_POINTS) {
            points.add(point);
            return;
        }
        long place = random.nextLong(seen);
        if (place < MOST_POINTS) {
            points.set((int) place, point);
        }
    }

    private int second(long nanos) {
        int second = Math.clamp((nanos - begin) / (long) NANOS, 0, MOST_SECONDS - 1);
        makeRoom(second + 1);
        seconds = Math.max(seconds, second + 1);
        return second;
    }

    private void makeRoom(int size) {
        if (size > chunks.length) {
            chunks = Arrays.copyOf(chunks, Math.max(size, 2 * chunks.length));
            opened = Arrays.copyOf(opened, chunks.length);
        }
    }

    Summary.Series series() {
        List<Long> perSecond = new ArrayList<>();
        List<Long> open = new ArrayList<>();
        long sum = 0;
        for (int i = 0; i < seconds; i++) {
            sum += opened[i];
            perSecond.add(chunks[i]);
            open.add(sum);
        }
        return new Summary.Series(perSecond, open, List.copyOf(points));
    }
}
