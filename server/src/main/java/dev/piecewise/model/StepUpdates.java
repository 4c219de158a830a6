package dev.piecewise.model;

import dev.piecewise.adapter.Adaptation;
import dev.piecewise.adapter.BankLayout;
import dev.piecewise.adapter.ProjectionGroup;
import dev.piecewise.checkpoint.ModelConfig;
import dev.piecewise.engine.Batch;
import dev.piecewise.engine.Span;
import dev.piecewise.kernel.LowRank;
import dev.piecewise.kernel.LowRank.Shape;
import dev.piecewise.kernel.LowRankUpdate;
import dev.piecewise.kernel.RowProducts.Rows;
import java.util.List;
import java.util.Optional;

/**
 * What the adapters of a batch's rows add to the base's products, by {@link LowRank}: each row its own slot of the bank, or its own choice among the pool's pieces. Reads no more of the device's
 * memory than some row uses. Confined to the engine's thread.
 */
final class StepUpdates implements AutoCloseable {
    static final Numbered<StepUpdates> OPEN = new Numbered<>();

    private final ModelConfig config;
    private final BankLayout layout;
    private final LowRank kernels;
    private final AdapterBank bank;
    private final PoolPieces pool;
    private final long number;
    private List<Key> current = List.of();
    private List<BatchSlots> slots = List.of();
    private BatchPieces pieces;
    private int tokens;

    private StepUpdates(BaseModel base, LowRank kernels, AdapterBank bank, PoolPieces pool) {
        this.config = base.config();
        this.layout = base.bankLayout();
        this.kernels = kernels;
        this.bank = bank;
        this.pool = pool;
        this.pieces = BatchPieces.of(List.of(), config.layers(), 0);
        this.number = OPEN.add(this);
    }

    /** Nothing where the script has to do it. */
    static Optional<StepUpdates> of(BaseModel base, AdapterBank bank, ResidentPool pool) {
        return pool instanceof PoolPieces pieces
                ? Optional.of(new StepUpdates(base, TorchOperators.kernels().lowRank(), bank, pieces))
                : Optional.empty();
    }

    /** Whether kernels of ours read what lies so. */
    static boolean fit(BaseModel base) {
        if (!base.runsOwnKernels()) {
            return false;
        }
        for (ProjectionGroup group : ProjectionGroup.values()) {
            if (!shape(base.config(), base.bankLayout(), group, 1, 1).fit()) {
                return false;
            }
        }
        return true;
    }

    private static Shape shape(ModelConfig config, BankLayout layout, ProjectionGroup group, int width, int rank) {
        return new Shape(config.in(group.members().getFirst()), width, rank, layout.chunk(group));
    }

    long number() {
        return number;
    }

    /** From now on the rows are this batch's. IllegalArgumentException, and all is as it was, if gains are not for as many sharers as are resident. */
    void take(Batch batch) {
        if (sameAsBefore(batch.spans())) {
            return;
        }
        pieces = BatchPieces.of(batch.spans(), config.layers(), pool.sharers());
        slots = BatchSlots.of(batch.spans(), batch.tokens());
        tokens = batch.tokens();
        current = batch.spans().stream().map(Key::of).toList();
    }

    private boolean sameAsBefore(List<Span> spans) {
        if (current.size() != spans.size()) {
            return false;
        }
        for (int i = 0; i < spans.size(); i++) {
            if (!current.get(i).is(spans.get(i))) {
                return false;
            }
        }
        return true;
    }

    /** What a span's updates depend on, kept without what it runs with. A merged adapter may well have a resident plan's fingerprint. */
    private record Key(String fingerprint, int column, int length, boolean pieces) {
        static Key of(Span span) {
            return new Key(span.adaptation().fingerprint(), span.column(), span.length(), pieces(span));
        }

        boolean is(Span span) {
            return column == span.column()
                    && length == span.length()
                    && pieces == pieces(span)
                    && fingerprint.equals(span.adaptation().fingerprint());
        }

        private static boolean pieces(Span span) {
            return span.adaptation() instanceof Adaptation.Resident;
        }
    }

    /** Whether some row has something to add at this place. */
    boolean any(int layer, ProjectionGroup group) {
        return (!slots.isEmpty() && bank.has(layer, group)) || pieces.any(layer, group);
    }

    /**
     * y = onto and the rows' updates of x, if there are {@link #any}.
     *
     * @param x [tokens, in]
     * @param onto [tokens, sum of the group's outs] or {@link Rows#NONE}
     */
    void add(int layer, ProjectionGroup group, Rows x, Rows onto, Rows y) {
        Rows reached = onto;
        if (bank.has(layer, group)) {
            for (BatchSlots rows : slots) {
                addSlots(rows, layer, group, x, reached, y);
                reached = y;
            }
        }
        if (pieces.any(layer, group)) {
            addPieces(layer, group, x, reached, y);
        }
    }

    private void addSlots(BatchSlots rows, int layer, ProjectionGroup group, Rows x, Rows onto, Rows y) {
        int rank = rows.rank();
        Shape shape = shape(config, layout, group, group.members().size() * rank, rank);
        LowRankUpdate update = kernels.update(shape, tokens);
        long a = bank.addressA(layer, group);
        long b = bank.addressB(layer, group);
        rows.down(update, a, (long) layout.columnA(group) * Short.BYTES, x);
        int firstOutput = 0;
        for (int member = 0; member < group.members().size(); member++) {
            int outputs = config.out(group.members().get(member));
            long list = update.rows();
            rows.rows(
                    update,
                    b + (long) firstOutput * rank * Short.BYTES,
                    (long) layout.columnB(group) * Short.BYTES,
                    member);
            update.strips(list, firstOutput, outputs / shape.strip());
            firstOutput += outputs;
        }
        update.run(onto, y);
    }

    private void addPieces(int layer, ProjectionGroup group, Rows x, Rows onto, Rows y) {
        int rank = pool.rank();
        Shape shape = shape(config, layout, group, rank, rank);
        LowRankUpdate update = kernels.update(shape, tokens);
        int first = group.firstSite(layer);
        for (int member = 0; member < group.members().size(); member++) {
            SitePieces site = pieces.at(first + member);
            if (site != null) {
                site.down(update, pool.addressA(first + member), (long) shape.inputs() * rank * Short.BYTES, x);
            }
        }
        int firstOutput = 0;
        for (int member = 0; member < group.members().size(); member++) {
            int outputs = config.out(group.members().get(member));
            long list = update.rows();
            addRows(update, first + member, (long) outputs * rank * Short.BYTES);
            update.strips(list, firstOutput, outputs / shape.strip());
            firstOutput += outputs;
        }
        update.run(onto, y);
    }

    private void addRows(LowRankUpdate update, int at, long size) {
        SitePieces site = pieces.at(at);
        for (int span = 0; span < pieces.spans(); span++) {
            int rows = pieces.rows(span);
            if (site != null) {
                site.rows(update, span, rows, pool.addressB(at), size);
            } else {
                update.noTerms(rows);
            }
        }
    }

    @Override
    public void close() {
        OPEN.remove(number);
    }
}
