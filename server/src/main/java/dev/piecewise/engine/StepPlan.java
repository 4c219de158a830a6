package dev.piecewise.engine;

import dev.piecewise.adapter.BankImage;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A step while it is put together: how many tokens of which sequences, but for those whose mask is not there. Used again for each step. */
final class StepPlan {
    private static final Comparator<Sequence> ALIKE = Comparator.comparingInt(StepPlan::rank)
            .thenComparingInt(sequence -> sequence.tokens().length());

    private final Masks masks;
    private final int budget;
    /** Tokens of this step, for each of its sequences. */
    private final int[] lengths;

    private List<Sequence> sequences = new ArrayList<>();
    private int room;
    private int decoding;

    StepPlan(EngineLimits limits, Masks masks) {
        this.masks = masks;
        budget = limits.maxBatchedTokens();
        lengths = new int[limits.maxSequences()];
    }

    /** Begins a step of about so many sequences. */
    void begin(int expected) {
        sequences = new ArrayList<>(expected);
        room = budget;
        decoding = 0;
    }

    /** The only token that is left to compute of a sequence: its completion's next, or its prompt's last. */
    void addOne(Sequence sequence) {
        if (masks.ready(sequence)) {
            take(sequence, 1);
            decoding += sequence.completionTokens() > 0 ? 1 : 0;
        }
    }

    /** Puts those of like adapters and contexts side by side, for the device; while all have one token. */
    void arrange() {
        sequences.sort(ALIKE);
    }

    /** Sequences that get the next token of their completion. */
    int decoding() {
        return decoding;
    }

    /** From now on no more than so many tokens. */
    void limit(int most) {
        room = Math.min(room, most);
    }

    /** How many tokens more the step may have. */
    int room() {
        return room;
    }

    boolean isEmpty() {
        return sequences.isEmpty();
    }

    /** No more than {@code most} tokens of a sequence, and none beyond the end of its prompt, where RoPE may change. */
    void add(Sequence sequence, int most) {
        if (masks.ready(sequence)) {
            take(sequence, most);
        }
    }

    private void take(Sequence sequence, int most) {
        int length = Math.min(sequence.pending(), most);
        int promptLeft = sequence.request().prompt().length - sequence.extent().computed();
        if (promptLeft > 0) {
            length = Math.min(length, promptLeft);
        }
        lengths[sequences.size()] = length;
        sequences.add(sequence);
        room -= length;
    }

    /** The step. Only now the spans, as admitting a sequence may move the extents of others. */
    Step step() {
        List<Span> spans = new ArrayList<>(sequences.size());
        for (int i = 0; i < sequences.size(); i++) {
            spans.add(sequences.get(i).span(lengths[i]));
        }
        return new Step(sequences, new Batch(spans));
    }

    private static int rank(Sequence sequence) {
        BankImage adapter = sequence.adapter();
        return adapter == null ? 0 : adapter.rank();
    }
}
