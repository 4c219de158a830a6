package dev.piecewise.kernel;

import java.util.Optional;

/** One of each. Any thread may call them. */
public record Kernels(
        RowProducts products,
        RowNorm norms,
        HeadRotation rotation,
        RowAttention attention,
        GatedUnits units,
        LowRank lowRank) {
    /** On so many threads, where this machine can do it: it needs AMX, Linux and libgomp, which PyTorch loads. */
    public static Optional<Kernels> on(int threads) {
        return Team.of(threads)
                .map(team -> new Kernels(
                        new RowProducts(team),
                        new RowNorm(team),
                        new HeadRotation(team),
                        new RowAttention(team),
                        new GatedUnits(team),
                        new LowRank(team)));
    }
}
