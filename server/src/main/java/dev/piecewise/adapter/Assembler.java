package dev.piecewise.adapter;

import dev.piecewise.checkpoint.Site;
import dev.piecewise.error.ServingException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;

/**
 * Makes a plan from a user's history (Per-Pcs A.8). {@link Selection#GLOBAL} scores the whole history at once, as the paper draws it; {@link Selection#PER_BATCH} selects
 * anew for every batch of items and averages the weights, as the authors' code does, so that more than k pieces can take part.
 */
public final class Assembler {
    private final PieceSelector selector;
    private final ExampleEncoder encoder;
    private final Clock clock;

    public Assembler(PieceSelector selector, ExampleEncoder encoder, Clock clock) {
        this.selector = selector;
        this.encoder = encoder;
        this.clock = clock;
    }

    /** Over how much of the history a site's pieces are selected at a time. */
    public enum Selection {
        GLOBAL,
        PER_BATCH;

        /** As written in configuration. */
        public String wire() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /**
     * How a plan is made.
     *
     * @param k pieces of a site, at most; a pool of fewer sharers gives all it has
     * @param temperature of the softmax over the chosen pieces' scores
     * @param batch items of one selection, for {@link Selection#PER_BATCH}
     * @param maxItems newest items that are looked at
     * @param maxTokens of all items together; the newest that fit
     */
    public record Options(
            int k, double temperature, Merge merge, Selection selection, int batch, int maxItems, int maxTokens) {
        public static final Options DEFAULT = new Options(3, 1, Merge.PRODUCT, Selection.GLOBAL, 16, 50, 16384);

        public Options {
            if (k < 1 || !(temperature > 0) || batch < 1 || maxItems < 1 || maxTokens < 2) {
                throw new IllegalArgumentException(
                        "k, temperature, batch, maxItems must be positive and maxTokens at least 2");
            }
        }

        public Options withMerge(Merge other) {
            return new Options(k, temperature, other, selection, batch, maxItems, maxTokens);
        }
    }

    /** {@code history} oldest first. INVALID_REQUEST when no item of it has anything to predict. Blocking, as the selector is. */
    public Plan assemble(Pool pool, List<HistoryItem> history, Options options) {
        List<Example> examples = examples(history, options);
        if (examples.isEmpty()) {
            throw ServingException.invalid("history", "the history has no item that pieces could be selected by");
        }
        int k = Math.min(options.k(), pool.sharers().size());
        PieceSelector.Options each = new PieceSelector.Options(k, options.temperature(), options.merge());
        int size = switch (options.selection()) {
            case GLOBAL -> examples.size();
            case PER_BATCH -> options.batch();
        };
        List<SortedMap<Site, List<Choice>>> selections = new ArrayList<>();
        for (int start = 0; start < examples.size(); start += size) {
            List<Example> batch = examples.subList(start, Math.min(start + size, examples.size()));
            selections.add(selector.select(pool, List.copyOf(batch), each));
        }
        return new Plan(
                pool.base(),
                pool.hash(),
                options.merge(),
                k,
                Plans.average(selections),
                examples.size(),
                clock.instant());
    }

    /** The newest examples within the limits, oldest first. */
    private List<Example> examples(List<HistoryItem> history, Options options) {
        List<Example> newestFirst = new ArrayList<>();
        int tokens = 0;
        for (HistoryItem item : history.reversed()) {
            Optional<Example> example = encoder.encode(item);
            if (example.isEmpty()) {
                continue;
            }
            tokens += example.get().tokens().length;
            if (newestFirst.size() == options.maxItems() || (tokens > options.maxTokens() && !newestFirst.isEmpty())) {
                break;
            }
            newestFirst.add(example.get());
        }
        Collections.reverse(newestFirst);
        return newestFirst;
    }
}
