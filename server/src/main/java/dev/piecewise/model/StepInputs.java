package dev.piecewise.model;

import dev.piecewise.engine.Batch;
import dev.piecewise.engine.Span;
import dev.piecewise.engine.Span.Draw;
import dev.piecewise.engine.TokenMask;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The numbers of a step in the layout that the script's {@code step} and {@code sample} describe. One step's at a time; its memory is used again. Confined to one thread. */
final class StepInputs {
    private static final int ROWS = 7;
    /** Below it the likeliest token is taken: in float32 the logits could no longer be divided by it. */
    private static final double MIN_TEMPERATURE = 1e-5;

    private static final float BELOW_ONE = Math.nextDown(1f);

    private final List<Draw> draws = new ArrayList<>();
    private final Longs ints = new Longs(1024);
    private final Floats floats = new Floats(64);
    private final Longs logitRows = new Longs(16);
    private final Longs targets = new Longs(16);
    private final Longs logprobRows = new Longs(16);
    private final Longs biasRows = new Longs(16);
    private final Longs biasTokens = new Longs(16);
    private final Floats biases = new Floats(16);
    private final Longs repeatedRows = new Longs(16);
    private final Longs repeatedTokens = new Longs(16);
    private final Floats penalties = new Floats(16);
    private final Longs plain = new Longs(16);
    private final Longs filtered = new Longs(16);
    private final Longs topKs = new Longs(16);
    private final Longs maskedRows = new Longs(16);
    /** What becomes part of the ints, in this order, behind the tokens' own. */
    private final List<Longs> parts = List.of(
            logitRows,
            targets,
            logprobRows,
            biasRows,
            biasTokens,
            repeatedRows,
            repeatedTokens,
            plain,
            filtered,
            topKs,
            maskedRows);

    private final boolean own;
    private List<Span> spans = List.of();
    private Segments segments;
    private int tokens;
    private int maskWords;
    private int alternatives;

    /** {@code own} as {@link Segments} has it. */
    StepInputs(boolean own) {
        this.own = own;
        this.segments = new Segments(spans, own);
    }

    /** The numbers of this step from now on. */
    void take(Batch batch) {
        clear();
        spans = batch.spans();
        segments = new Segments(spans, own);
        tokens = batch.tokens();
        addTokens();
        addDraws();
        addScored();
        parts.forEach(ints::addAll);
        addMasks();
        floats.addAll(biases);
        floats.addAll(penalties);
    }

    private void clear() {
        parts.forEach(Longs::clear);
        ints.clear();
        floats.clear();
        biases.clear();
        penalties.clear();
        draws.clear();
        maskWords = 0;
        alternatives = 0;
    }

    Longs ints() {
        return ints;
    }

    Floats floats() {
        return floats;
    }

    /** Which rows use which slots, as {@link Segments#table()}. */
    long[] segments() {
        return segments.table();
    }

    long[] counts() {
        return new long[] {
            tokens,
            draws.size(),
            logitRows.size() - draws.size(),
            alternatives,
            logprobRows.size(),
            biasRows.size(),
            repeatedRows.size(),
            plain.size(),
            filtered.size(),
            maskedRows.size(),
            maskWords
        };
    }

    /** Per span: first row, rows, extent, position. */
    long[] spanTable() {
        long[] table = new long[spans.size() * 4];
        int row = 0;
        for (int i = 0; i < spans.size(); i++) {
            Span span = spans.get(i);
            table[i * 4] = row;
            table[i * 4 + 1] = span.length();
            table[i * 4 + 2] = span.extent();
            table[i * 4 + 3] = span.position();
            row += span.length();
        }
        return table;
    }

    private void addTokens() {
        int row = 0;
        ints.size(ROWS * tokens);
        for (int i = 0; i < spans.size(); i++) {
            Span span = spans.get(i);
            int column = segments.column(i);
            int bare = Segments.columns(span) == 0 ? 1 : 0;
            for (int t = 0; t < span.length(); t++) {
                int position = span.position() + t;
                ints.set(row, span.tokens()[position]);
                ints.set(tokens + row, position);
                ints.set(2 * tokens + row, Math.max(span.ropeLength(), position + 1));
                ints.set(3 * tokens + row, span.extent() + position);
                ints.set(4 * tokens + row, i);
                ints.set(5 * tokens + row, column);
                ints.set(6 * tokens + row, bare);
                row++;
            }
        }
    }

    private void addDraws() {
        int end = 0;
        for (Span span : spans) {
            end += span.length();
            @Nullable Draw draw = span.sample();
            if (draw != null) {
                addDraw(draw, end - 1);
            }
        }
    }

    private void addDraw(Draw draw, int tokenRow) {
        int row = draws.size();
        draws.add(draw);
        logitRows.add(tokenRow);
        targets.add(-1);
        topKs.add(draw.topK());
        floats.add(
                (float) draw.temperature(),
                (float) draw.topP(),
                (float) draw.minP(),
                Math.min((float) draw.uniform(), BELOW_ONE));
        if (draw.logprobs() >= 0) {
            logprobRows.add(row);
            alternatives = Math.max(alternatives, draw.logprobs());
        }
        for (int i = 0; i < draw.biasTokens().length; i++) {
            biasRows.add(row);
            biasTokens.add(draw.biasTokens()[i]);
            biases.add(draw.biases()[i]);
        }
        for (int token : draw.repeatedTokens()) {
            repeatedRows.add(row);
            repeatedTokens.add(token);
            penalties.add(draw.repetitionPenalty());
        }
        if (draw.mask() != null) {
            maskedRows.add(row);
            maskWords = Math.max(maskWords, draw.mask().length());
        }
        if (draw.temperature() >= MIN_TEMPERATURE) {
            boolean limited = draw.topK() > 0 || draw.topP() < 1 || draw.minP() > 0;
            (limited ? filtered : plain).add(row);
        }
    }

    private void addMasks() {
        int at = ints.addZeros(maskedRows.size() * maskWords);
        for (Draw draw : draws) {
            TokenMask mask = draw.mask();
            if (mask != null) {
                mask.write(ints.values(), at);
                at += maskWords;
            }
        }
    }

    private void addScored() {
        int row = 0;
        for (Span span : spans) {
            for (int t = 0; t < span.scoreTargets(); t++) {
                logprobRows.add(logitRows.size());
                logitRows.add(row + t);
                targets.add(span.tokens()[span.position() + t + 1]);
                alternatives = Math.max(alternatives, span.scoreAlternatives());
            }
            row += span.length();
        }
    }
}
