package dev.piecewise.training;

import dev.piecewise.model.TrainingBatch;
import java.util.ArrayList;
import java.util.List;

/** Lays the examples of one step out in rows: as many for each user, padded to the longest. A target's share makes each user's loss the mean over his own targets of the step. */
final class BatchBuilder {
    private final List<Learner> learners;
    private final int parts;

    BatchBuilder(List<Learner> learners, int parts) {
        this.learners = learners;
        this.parts = parts;
    }

    /** The step in parts that are computed one after the other; {@code chosen} are the examples' numbers for each of the first learners. */
    List<TrainingBatch> batches(List<int[]> chosen) {
        int longest = chosen.stream().mapToInt(numbers -> numbers.length).max().orElse(0);
        int rows = Math.ceilDiv(longest, parts);
        List<TrainingBatch> batches = new ArrayList<>();
        for (int from = 0; from < longest; from += rows) {
            batches.add(batch(chosen, from, Math.min(rows, longest - from)));
        }
        return batches;
    }

    /** Targets of a learner's examples. */
    int targets(int learner, int[] numbers) {
        int targets = 0;
        for (int number : numbers) {
            targets += example(learner, number).targets();
        }
        return targets;
    }

    /** Tokens of a learner's examples. */
    int tokens(int learner, int[] numbers) {
        int tokens = 0;
        for (int number : numbers) {
            tokens += example(learner, number).tokens().length;
        }
        return tokens;
    }

    private TrainingExample example(int learner, int number) {
        return learners.get(learner).examples().get(number);
    }

    private TrainingBatch batch(List<int[]> chosen, int from, int rows) {
        int length = 0;
        int targets = 0;
        for (int user = 0; user < chosen.size(); user++) {
            int[] numbers = chosen.get(user);
            for (int i = from; i < Math.min(numbers.length, from + rows); i++) {
                length = Math.max(length, example(user, numbers[i]).tokens().length);
                targets += example(user, numbers[i]).targets();
            }
        }
        Rows batch = new Rows(length, new long[chosen.size() * rows * length], targets);
        for (int user = 0; user < chosen.size(); user++) {
            int[] numbers = chosen.get(user);
            float share = 1f / targets(user, numbers);
            for (int i = from; i < Math.min(numbers.length, from + rows); i++) {
                batch.put(example(user, numbers[i]), user * rows + i - from, user, share);
            }
        }
        return new TrainingBatch(
                chosen.size(), rows, length, batch.tokens, batch.places, batch.targets, batch.owners, batch.shares);
    }

    private static final class Rows {
        private final int length;
        private final long[] tokens;
        private final long[] places;
        private final long[] targets;
        private final long[] owners;
        private final float[] shares;
        private int next;

        Rows(int length, long[] tokens, int targets) {
            this.length = length;
            this.tokens = tokens;
            this.places = new long[targets];
            this.targets = new long[targets];
            this.owners = new long[targets];
            this.shares = new float[targets];
        }

        void put(TrainingExample example, int row, int user, float share) {
            for (int i = 0; i < example.tokens().length; i++) {
                int at = row * length + i;
                tokens[at] = example.tokens()[i];
                if (example.learned()[i]) {
                    places[next] = at - 1L;
                    targets[next] = example.tokens()[i];
                    owners[next] = user;
                    shares[next++] = share;
                }
            }
        }
    }
}
