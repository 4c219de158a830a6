package dev.piecewise.kernel;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** RMSNorm of rows of bfloat16, rounded once. Runs on PyTorch's OpenMP threads. Any thread may call. */
public final class RowNorm {
    private final Team team;
    private final Map<Integer, Long> kernels = new ConcurrentHashMap<>();
    private final ThreadLocal<Items.Workspace> workspaces;

    RowNorm(Team team) {
        this.team = team;
        this.workspaces = ThreadLocal.withInitial(() -> new Items.Workspace(team, NormKernel.BYTES));
    }

    /** Whether rows of so many values are normalized. */
    public static boolean fit(long width) {
        return NormKernel.fit(width);
    }

    /**
     * y = x / sqrt(mean(x²) + eps) gain.
     *
     * @param x address of [rows, width], rows {@code stride} values apart
     * @param gain address of [width]
     * @param y address of [rows, width]
     */
    public void normalize(long x, long stride, long gain, long y, int rows, int width, float eps) {
        long kernel = kernels.computeIfAbsent(
                width, _ -> MachineCode.of(NormKernel.code(width)).address());
        Items.Workspace workspace = workspaces.get();
        MemorySegment arguments = workspace.arguments;
        arguments.set(JAVA_LONG, NormKernel.X, x);
        arguments.set(JAVA_LONG, NormKernel.X_ROW_BYTES, stride * Short.BYTES);
        arguments.set(JAVA_LONG, NormKernel.Y, y);
        arguments.set(JAVA_LONG, NormKernel.GAIN, gain);
        RootMeanSquare.write(arguments, NormKernel.MEAN, width, eps);
        workspace.run(kernel, rows, 0, team.threadsFor((long) rows * width));
    }
}
