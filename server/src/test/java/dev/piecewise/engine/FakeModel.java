package dev.piecewise.engine;

import dev.piecewise.adapter.Adaptation.Merged;
import dev.piecewise.adapter.Adaptation.Resident;
import dev.piecewise.adapter.BankImage;
import dev.piecewise.engine.Span.Draw;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A model whose every logit depends on the adapter and on all tokens that really stand in the sequence's KV places. Whatever is wrong with places, columns or positions
 * gives a wrong token, and a line in {@link #violations}.
 */
final class FakeModel implements ModelRunner {
    final Queue<String> violations = new ConcurrentLinkedQueue<>();
    volatile Predicate<Batch> fails = batch -> false;
    volatile Predicate<BankImage> failsToLoad = adapter -> false;
    volatile Predicate<Integer> failsToCopy = from -> false;
    volatile boolean failsToErase;
    /** Where set, every step takes a permit first. */
    volatile @Nullable Semaphore permits;
    /** Every step that began, in order. */
    final Queue<Batch> steps = new ConcurrentLinkedQueue<>();
    /** Counted when a step begins, before it takes its permit. */
    final Semaphore begun = new Semaphore(0);

    final AtomicInteger copies = new AtomicInteger();
    final AtomicInteger loads = new AtomicInteger();
    /** Sharers of the resident pool whose pieces are not there any more. */
    final Queue<Integer> erased = new ConcurrentLinkedQueue<>();

    final AtomicInteger erasures = new AtomicInteger();

    volatile boolean closed;
    /** Whether it minds masks. */
    volatile boolean obeys = true;

    private final Limits limits;
    private final int[] tokens;
    private final int[] positions;
    private final String[] fingerprints;
    private final String[] columns;

    FakeModel(int vocabulary, int kvPlaces, int maxLength, int bankColumns) {
        limits = new Limits(vocabulary, kvPlaces, maxLength, bankColumns);
        tokens = new int[kvPlaces];
        positions = new int[kvPlaces];
        fingerprints = new String[kvPlaces];
        Arrays.fill(fingerprints, "");
        columns = new String[bankColumns];
        Arrays.fill(columns, "");
    }

    @Override
    public Limits limits() {
        return limits;
    }

    @Override
    public StepResult run(Batch batch) {
        steps.add(batch);
        begun.release();
        Semaphore gate = permits;
        if (gate != null) {
            gate.acquireUninterruptibly();
        }
        checkApart(batch);
        checkThere(batch);
        for (Span span : batch.spans()) {
            write(span);
        }
        if (fails.test(batch)) {
            throw new IllegalArgumentException("this step was to fail");
        }
        List<StepResult.Row> rows = new ArrayList<>();
        for (Span span : batch.spans()) {
            rows.add(row(span));
        }
        return new StepResult(rows);
    }

    @Override
    public void copyPlaces(int from, int to, int length) {
        copies.incrementAndGet();
        check(from >= 0 && to >= 0 && from + length <= tokens.length && to + length <= tokens.length, "copy outside");
        check(to <= from || from + length <= to, "copy up into itself");
        if (failsToCopy.test(from)) {
            Arrays.fill(fingerprints, to, to + length, "broken");
            throw new IllegalArgumentException("this copy was to fail");
        }
        System.arraycopy(tokens, from, tokens, to, length);
        System.arraycopy(positions, from, positions, to, length);
        System.arraycopy(fingerprints, from, fingerprints, to, length);
    }

    @Override
    public void loadAdapter(BankImage adapter, int firstColumn) {
        loads.incrementAndGet();
        int end = firstColumn + adapter.rank();
        check(firstColumn >= 0 && end <= columns.length, "adapter outside the bank");
        if (failsToLoad.test(adapter)) {
            Arrays.fill(columns, firstColumn, end, "broken");
            throw new IllegalArgumentException("this load was to fail");
        }
        Arrays.fill(columns, firstColumn, end, adapter.fingerprint());
    }

    @Override
    public void clearColumns(int firstColumn, int count) {
        check(firstColumn >= 0 && firstColumn + count <= columns.length, "columns outside the bank");
        Arrays.fill(columns, firstColumn, firstColumn + count, "");
    }

    @Override
    public void erasePieces(Collection<Integer> sharers) {
        erasures.incrementAndGet();
        if (failsToErase) {
            throw new OutOfMemoryError("this erasure was to fail");
        }
        erased.addAll(sharers);
    }

    @Override
    public void close() {
        check(!closed, "closed twice");
        closed = true;
    }

    /** The logits after some tokens, before any sampling. */
    static float[] logits(String fingerprint, int[] tokens, int length, int vocabulary) {
        long state = fingerprint.hashCode();
        for (int i = 0; i < length; i++) {
            state = mix(state + tokens[i] + 1);
        }
        float[] logits = new float[vocabulary];
        for (int i = 0; i < vocabulary; i++) {
            logits[i] = (mix(state + i) >>> 40) * 0x1p-24f * 4 - 2;
        }
        return logits;
    }

    static int choose(float[] logits, Draw draw) {
        float[] changed = logits.clone();
        TokenMask mask = draw.mask();
        for (int i = 0; mask != null && i < changed.length; i++) {
            changed[i] = mask.allows(i) ? changed[i] : Float.NEGATIVE_INFINITY;
        }
        for (int token : draw.repeatedTokens()) {
            changed[token] *= changed[token] > 0 ? 1 / draw.repetitionPenalty() : draw.repetitionPenalty();
        }
        for (int i = 0; i < draw.biasTokens().length; i++) {
            changed[draw.biasTokens()[i]] += draw.biases()[i];
        }
        if (draw.temperature() == 0) {
            int best = 0;
            for (int i = 1; i < changed.length; i++) {
                best = changed[i] > changed[best] ? i : best;
            }
            return best;
        }
        double[] sums = new double[changed.length];
        double sum = 0;
        for (int i = 0; i < changed.length; i++) {
            sum += Math.exp(changed[i] / draw.temperature());
            sums[i] = sum;
        }
        int token = 0;
        while (token < sums.length - 1 && sums[token] <= draw.uniform() * sum) {
            token++;
        }
        return token;
    }

    static TokenLogprobs logprobs(float[] logits, int token) {
        return new TokenLogprobs(token, logits[token], 1, new int[0], new float[0]);
    }

    /** What stands in a column of the bank; "" for nothing. */
    String column(int number) {
        return columns[number];
    }

    private void checkApart(Batch batch) {
        List<Span> spans = batch.spans();
        for (int i = 0; i < spans.size(); i++) {
            for (int j = 0; j < i; j++) {
                Span a = spans.get(i);
                Span b = spans.get(j);
                int endOfA = a.extent() + a.position() + a.length();
                int endOfB = b.extent() + b.position() + b.length();
                check(endOfA <= b.extent() || endOfB <= a.extent(), "two sequences in the same places");
            }
        }
    }

    private void checkThere(Batch batch) {
        for (Span span : batch.spans()) {
            if (span.adaptation() instanceof Resident resident) {
                resident.gains()
                        .values()
                        .forEach(gains ->
                                erased.forEach(sharer -> check(gains[sharer] == 0, "a piece that was erased is used")));
            }
        }
    }

    private void write(Span span) {
        String fingerprint = span.adaptation().fingerprint();
        check(span.length() > 0, "an empty span");
        check(span.extent() >= 0 && span.extent() + span.position() + span.length() <= tokens.length, "a span outside");
        for (int i = 0; i < span.position(); i++) {
            int place = span.extent() + i;
            boolean right = tokens[place] == span.tokens()[i]
                    && positions[place] == i
                    && fingerprints[place].equals(fingerprint);
            check(right, "place " + place + " does not hold what should stand there");
        }
        for (int i = span.position(); i < span.position() + span.length(); i++) {
            tokens[span.extent() + i] = span.tokens()[i];
            positions[span.extent() + i] = i;
            fingerprints[span.extent() + i] = fingerprint;
        }
        if (span.adaptation() instanceof Merged(BankImage adapter, String _)) {
            for (int i = 0; i < adapter.rank(); i++) {
                check(columns[span.column() + i].equals(fingerprint), "the bank does not hold the adapter");
            }
        } else {
            check(span.column() == -1, "columns for no adapter");
        }
    }

    private StepResult.Row row(Span span) {
        List<TokenLogprobs> scores = new ArrayList<>();
        for (int i = 0; i < span.scoreTargets(); i++) {
            int next = span.position() + i + 1;
            scores.add(logprobs(logits(span, next), span.tokens()[next]));
        }
        Draw draw = span.sample();
        if (draw == null) {
            return new StepResult.Row(-1, null, scores);
        }
        float[] logits = logits(span, span.position() + span.length());
        int token = choose(logits, obeys ? draw : Draw.GREEDY);
        return new StepResult.Row(token, draw.logprobs() < 0 ? null : logprobs(logits, token), scores);
    }

    /** From what stands in the places, not from what the span says. */
    private float[] logits(Span span, int length) {
        int[] there = Arrays.copyOfRange(tokens, span.extent(), span.extent() + length);
        return logits(fingerprints[span.extent()], there, length, limits.vocabulary());
    }

    private void check(boolean right, String what) {
        if (!right) {
            violations.add(what);
            throw new IllegalStateException(what);
        }
    }

    private static long mix(long z) {
        z = (z ^ (z >>> 30)) * 0xbf58476d1ce4e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d049bb133111ebL;
        return z ^ (z >>> 31);
    }
}
