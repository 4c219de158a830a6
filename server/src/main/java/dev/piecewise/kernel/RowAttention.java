package dev.piecewise.kernel;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Attention of single tokens to the places of their sequences in a KV arena, bfloat16. The arena's keys and values are [KV heads, places, dim]: what a head needs lies one after the other, so memory
 * gives it twice as fast as where the heads of a place are neighbours. Runs on PyTorch's OpenMP threads. Any thread may call.
 */
public final class RowAttention {
    /** So many places behind the last of an arena must be memory. */
    public static final int SPARE_PLACES = AttentionKernel.PLACES;

    private final Team team;
    private final Map<Heads, Kernel> kernels = new ConcurrentHashMap<>();
    private final ThreadLocal<Items.Workspace> workspaces;

    RowAttention(Team team) {
        this.team = team;
        this.workspaces = ThreadLocal.withInitial(() -> workspace(team));
    }

    /** How many heads there are, how many of keys and values, and how long each is. */
    public record Heads(int all, int kv, int dim) {
        /** Whether kernels for them can be made. */
        public boolean fit() {
            return AttentionKernel.fit(all, kv, dim);
        }

        private Kernel kernel() {
            return new Kernel(
                    MachineCode.of(AttentionKernel.code(all, kv, dim)).address(),
                    MemorySegment.ofArray(AttentionKernel.configuration(all, kv)),
                    (float) (1 / Math.sqrt(dim) / Math.log(2)));
        }
    }

    private record Kernel(long code, MemorySegment tiles, float scale) {}

    /** The table that {@link #attend} reads. */
    public static final class Table {
        /** Numbers of an item. */
        public static final int WIDTH = AttentionArguments.ITEM_BYTES / Long.BYTES;

        private Table() {}

        /**
         * Writes the items of one token, one for each KV head, from {@code at} on.
         *
         * @param query where its queries begin, in values behind q
         * @param result where its results begin, in values behind y
         * @param place its sequence's first place in the arena
         * @param places all of the arena's
         * @param length places that it sees, its own included
         */
        public static void put(
                long[] table, int at, Heads heads, long query, long result, long place, long places, long length) {
            int group = heads.all / heads.kv * heads.dim;
            for (int head = 0; head < heads.kv; head++) {
                int item = at + head * WIDTH;
                table[item] = (query + (long) head * group) * Short.BYTES;
                table[item + 1] = (result + (long) head * group) * Short.BYTES;
                table[item + 2] = (head * places + place) * heads.dim * Short.BYTES;
                table[item + 3] = length;
            }
        }
    }

    /**
     * Softmax of scores, which are divided by the square root of the heads' length, times values.
     *
     * @param table address of {@link Table} of so many items
     * @param window places that a token sees at most, 0 for all
     * @param longest places that one of the tokens has at most
     */
    public void attend(
            long q, long keys, long values, long y, long table, int items, Heads heads, long window, long longest) {
        Kernel kernel = kernels.computeIfAbsent(heads, Heads::kernel);
        Items.Workspace workspace = workspaces.get();
        MemorySegment arguments = workspace.arguments;
        arguments.set(JAVA_LONG, AttentionArguments.TABLE, table);
        arguments.set(JAVA_LONG, AttentionArguments.Q, q);
        arguments.set(JAVA_LONG, AttentionArguments.KEYS, keys);
        arguments.set(JAVA_LONG, AttentionArguments.VALUES, values);
        arguments.set(JAVA_LONG, AttentionArguments.Y, y);
        arguments.set(JAVA_LONG, AttentionArguments.WINDOW, window == 0 ? Long.MAX_VALUE : window);
        arguments.set(JAVA_FLOAT, AttentionArguments.SCALE, kernel.scale);
        MemorySegment.copy(kernel.tiles, 0, arguments, AttentionArguments.TILES, kernel.tiles.byteSize());
        workspace.run(kernel.code, items, AttentionKernel.scratchBytes(heads.dim, longest), team.threads());
    }

    private static Items.Workspace workspace(Team team) {
        Items.Workspace workspace = new Items.Workspace(team, AttentionArguments.BYTES);
        workspace.arguments.set(JAVA_FLOAT, AttentionArguments.LEAST, -Float.MAX_VALUE);
        workspace.arguments.set(JAVA_FLOAT, AttentionArguments.ONE, 1);
        PowerOfTwo.write(workspace.arguments, AttentionArguments.POWER);
        return workspace;
    }
}
