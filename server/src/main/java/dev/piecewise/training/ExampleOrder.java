package dev.piecewise.training;

import dev.piecewise.training.TrainingSettings.Length;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Random;

/** Which examples each step takes: all of them shuffled by a seed, over and over. The same for the same learner whoever else is trained, and known for any step at once. */
final class ExampleOrder {
    /** So many batches are sorted by length among themselves, when batches are to be of one length. */
    private static final int WINDOW = 32;

    private final List<TrainingExample> examples;
    private final int batch;
    private final long total;
    private final long seed;
    private final boolean byLength;
    private int epoch = -1;
    private int[] order = {};

    /** With {@code byLength} examples of about one length come together, so that little is padded. */
    ExampleOrder(Learner learner, TrainingSettings settings, boolean byLength) {
        this.examples = learner.examples();
        this.batch = settings.batch();
        this.total = switch (settings.length()) {
            case Length.Steps(int count) -> (long) count * batch;
            case Length.Epochs(int count) -> (long) count * examples.size();
        };
        this.seed = settings.seed() * 1_000_003 + learner.user().hashCode();
        this.byLength = byLength;
    }

    /** Steps until the end. */
    int steps() {
        return Math.toIntExact(Math.ceilDiv(total, batch));
    }

    /** The numbers of a step's examples; fewer than a batch in the last one. */
    int[] at(int step) {
        long from = (long) step * batch;
        int count = (int) Math.min(batch, total - from);
        int[] chosen = new int[count];
        for (int i = 0; i < count; i++) {
            long position = from + i;
            select((int) (position / examples.size()));
            chosen[i] = order[(int) (position % examples.size())];
        }
        return chosen;
    }

    private void select(int wanted) {
        if (epoch == wanted) {
            return;
        }
        Random random = new Random(seed + 31L * wanted);
        List<Integer> shuffled = new ArrayList<>();
        for (int i = 0; i < examples.size(); i++) {
            shuffled.add(i);
        }
        Collections.shuffle(shuffled, random);
        if (byLength) {
            for (int from = 0; from < shuffled.size(); from += WINDOW * batch) {
                sortBatches(shuffled.subList(from, Math.min(shuffled.size(), from + WINDOW * batch)), random);
            }
        }
        order = shuffled.stream().mapToInt(Integer::intValue).toArray();
        epoch = wanted;
    }

    private void sortBatches(List<Integer> window, Random random) {
        window.sort(Comparator.comparingInt(example -> examples.get(example).tokens().length));
        Integer[][] batches = new Integer[Math.ceilDiv(window.size(), batch)][];
        for (int i = 0; i < batches.length; i++) {
            batches[i] = window.subList(i * batch, Math.min(window.size(), (i + 1) * batch))
                    .toArray(Integer[]::new);
        }
        Collections.shuffle(Arrays.asList(batches), random);
        int at = 0;
        for (Integer[] part : batches) {
            for (Integer example : part) {
                window.set(at++, example);
            }
        }
    }
}
