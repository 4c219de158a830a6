package dev.piecewise.kernel;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import dev.piecewise.kernel.RowAttention.Heads;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * RoPE of new tokens, bfloat16 rounded once: queries are turned where they stand, keys and values go into a KV arena as {@link RowAttention} reads it. Runs on PyTorch's OpenMP threads. Any thread
 * may call.
 */
public final class HeadRotation {
    private final Team team;
    private final Map<Kind, Long> kernels = new ConcurrentHashMap<>();
    private final ThreadLocal<Items.Workspace> workspaces;

    HeadRotation(Team team) {
        this.team = team;
        this.workspaces = ThreadLocal.withInitial(() -> new Items.Workspace(team, RotationKernel.BYTES));
    }

    private record Kind(Heads heads, boolean normed) {}

    /** An arena's memory: addresses of keys and values, and values from a head to the next. */
    public record Arena(long keys, long values, long headStride) {}

    /** RMSNorm of each head before it is turned: addresses of [dim], 0 if there is none. */
    public record Gains(long queries, long keys, float eps) {}

    /**
     * Turns (x1, x2), a head's halves, to (x1 cos - x2 sin, x2 cos + x1 sin).
     *
     * @param x address of [tokens, heads + 2 KV heads, dim]: queries, keys, values; tokens {@code stride} values apart
     * @param cosines address of [tokens, dim]
     * @param sines address of [tokens, dim]; those of the second half are read
     * @param places address of [tokens] of 64 bits: where they stand in the arena
     */
    public void place(
            long x,
            long stride,
            long cosines,
            long sines,
            long places,
            Arena arena,
            Gains gains,
            int tokens,
            Heads heads) {
        boolean normed = gains.queries != 0;
        long kernel = kernels.computeIfAbsent(
                new Kind(heads, normed),
                kind -> MachineCode.of(RotationKernel.code(kind.heads, kind.normed))
                        .address());
        Items.Workspace workspace = workspaces.get();
        MemorySegment arguments = workspace.arguments;
        arguments.set(JAVA_LONG, RotationKernel.X, x);
        arguments.set(JAVA_LONG, RotationKernel.X_ROW_BYTES, stride * Short.BYTES);
        arguments.set(JAVA_LONG, RotationKernel.COSINES, cosines);
        arguments.set(JAVA_LONG, RotationKernel.SINES, sines);
        arguments.set(JAVA_LONG, RotationKernel.KEYS, arena.keys);
        arguments.set(JAVA_LONG, RotationKernel.VALUES, arena.values);
        arguments.set(JAVA_LONG, RotationKernel.HEAD_BYTES, arena.headStride * Short.BYTES);
        arguments.set(JAVA_LONG, RotationKernel.PLACES, places);
        arguments.set(JAVA_LONG, RotationKernel.QUERY_GAIN, gains.queries);
        arguments.set(JAVA_LONG, RotationKernel.KEY_GAIN, gains.keys);
        RootMeanSquare.write(arguments, RotationKernel.MEAN, heads.dim(), gains.eps);
        workspace.run(kernel, tokens, 0, team.threadsFor((long) tokens * (heads.all() + 2 * heads.kv()) * heads.dim()));
    }
}
